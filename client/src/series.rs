//! What to ask of `GET /v2/rabbit/series`.

use metering::Timestamp;
use url::form_urlencoded::Serializer;

/// A column of each meter and resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeriesColumn {
    /// The least sample of each step.
    Min,
    /// The mean of each step's samples.
    Avg,
    /// The greatest sample of each step.
    Max,
}

impl SeriesColumn {
    fn as_str(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Avg => "avg",
            Self::Max => "max",
        }
    }
}

/// Which columns of numbers, over which time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeriesQuery {
    /// The broker's name.
    pub broker: String,
    /// The meters' names, see [`metering::meter`]; empty: every gauge of the broker.
    pub meters: Vec<String>,
    /// `{broker}`, `{broker}/{node}`, a queue or vhost by [`metering::series::queue_resource`] or
    /// [`metering::series::vhost_resource`]; empty: the broker, and for node meters every node.
    pub resources: Vec<String>,
    /// The first step is the one that holds this instant; `None`: an hour before the end.
    pub from: Option<Timestamp>,
    /// The end; `None`: now.
    pub to: Option<Timestamp>,
    /// At most so many steps; `None`: the API's default, 600.
    pub points: Option<u32>,
    /// The least step, in milliseconds: to go on with a series on its own grid.
    pub step: Option<u32>,
    /// Which columns; empty: the API's default, all three.
    pub columns: Vec<SeriesColumn>,
}

impl SeriesQuery {
    /// The query string. Times as milliseconds: the API floors to steps of whole ones anyway.
    pub(crate) fn to_query(&self) -> String {
        // A meter costs some 30 bytes.
        let mut query = Serializer::new(String::with_capacity(64 + 32 * self.meters.len()));
        query.append_pair("broker", &self.broker);
        for meter in &self.meters {
            query.append_pair("meter", meter);
        }
        for resource in &self.resources {
            query.append_pair("resource", resource);
        }
        for (name, time) in [("from", self.from), ("to", self.to)] {
            if let Some(time) = time {
                query.append_pair(name, &time.as_millis().to_string());
            }
        }
        if let Some(points) = self.points {
            query.append_pair("points", &points.to_string());
        }
        if let Some(step) = self.step {
            query.append_pair("step", &step.to_string());
        }
        for column in &self.columns {
            query.append_pair("columns", column.as_str());
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_left_to_the_api() {
        let query = SeriesQuery {
            broker: "a b/c".to_owned(),
            meters: vec!["rabbit.messages".to_owned()],
            ..SeriesQuery::default()
        };
        assert_eq!(query.to_query(), "broker=a+b%2Fc&meter=rabbit.messages");
    }

    #[test]
    fn all_that_is_given_is_asked() {
        let query = SeriesQuery {
            broker: "prod".to_owned(),
            meters: vec![
                "rabbit.messages".to_owned(),
                "rabbit.node.memory".to_owned(),
            ],
            resources: vec!["prod/rabbit@one".to_owned()],
            from: Some(Timestamp::from_millis(1000)),
            to: Some(Timestamp::from_millis(2000)),
            points: Some(60),
            step: Some(5000),
            columns: vec![SeriesColumn::Avg, SeriesColumn::Max],
        };
        assert_eq!(
            query.to_query(),
            "broker=prod&meter=rabbit.messages&meter=rabbit.node.memory\
             &resource=prod%2Frabbit%40one&from=1000&to=2000&points=60&step=5000&columns=avg&columns=max"
        );
    }
}
