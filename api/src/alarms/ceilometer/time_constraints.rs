//! When an alarm is evaluated.

use croner::Cron;
use croner::parser::{CronParser, Seconds};
use jiff::{Timestamp as Instant, Zoned, tz::TimeZone};
use metering::Timestamp;
use metering::alarm::TimeConstraint;
use serde_json::Value as Json;

use super::fields::Fields;
use crate::http::error::{Error, shortened};

/// More constraints than an alarm needs.
const MOST: usize = 50;
/// An alarm is evaluated this long around a start, in seconds: evaluations are not exact.
const AROUND_START: i64 = 60;

/// Reads constraints.
///
/// # Errors
/// `400` for a start, a zone or names that cannot be used.
pub(super) fn read(list: Vec<Json>) -> Result<Vec<TimeConstraint>, Error> {
    if list.len() > MOST {
        return Err(Error::BadArgument(format!(
            "An alarm has at most {MOST} time constraints."
        )));
    }
    let mut constraints: Vec<TimeConstraint> = Vec::new();
    for item in list {
        let mut fields = Fields::of("time_constraints", item)?;
        let (name, start) = (fields.needed_text("name")?, fields.needed_text("start")?);
        let duration = fields
            .whole("duration", 0)?
            .ok_or_else(|| super::fields::missing("duration"))?;
        let timezone = fields.text("timezone")?.unwrap_or_default();
        let description = fields.text("description")?.unwrap_or_default();
        fields.finish("time_constraints")?;
        cron(&start).map_err(Error::BadArgument)?;
        if zone(&timezone).is_none() {
            let timezone = shortened(&timezone);
            return Err(Error::BadArgument(format!(
                "Timezone {timezone} is not valid"
            )));
        }
        if constraints.iter().any(|known| known.name == name) {
            return Err(Error::BadArgument(
                "Time constraint names must be unique for a given alarm.".into(),
            ));
        }
        let description = if description.is_empty() {
            format!("Time constraint at {start} lasting for {duration} seconds")
        } else {
            description
        };
        constraints.push(TimeConstraint {
            name,
            description,
            start,
            duration,
            timezone,
        });
    }
    Ok(constraints)
}

/// Whether an alarm with these constraints is evaluated at a time.
pub(super) fn admit(constraints: &[TimeConstraint], now: Timestamp) -> bool {
    constraints.is_empty()
        || constraints
            .iter()
            .any(|constraint| is_within(constraint, now))
}

fn is_within(constraint: &TimeConstraint, now: Timestamp) -> bool {
    // What was saved was read before.
    let (Ok(cron), Some(zone)) = (cron(&constraint.start), zone(&constraint.timezone)) else {
        return false;
    };
    let Some(now) = zoned(now.as_micros(), &zone) else {
        return false;
    };
    let seconds_from = |start: &Zoned| now.timestamp().as_second() - start.timestamp().as_second();
    let duration = i64::try_from(constraint.duration).unwrap_or(i64::MAX);
    let last = cron.find_previous_occurrence(&now, true);
    let next = cron.find_next_occurrence(&now, true);
    last.is_ok_and(|start| seconds_from(&start) <= duration.max(AROUND_START))
        || next.is_ok_and(|start| -seconds_from(&start) <= AROUND_START)
}

fn zoned(micros: i64, zone: &TimeZone) -> Option<Zoned> {
    let instant = Instant::from_microsecond(micros).ok()?;
    Some(instant.to_zoned(zone.clone()))
}

fn cron(text: &str) -> Result<Cron, String> {
    let fields: Vec<_> = text.split_whitespace().collect();
    if !(5..=6).contains(&fields.len()) {
        return Err(format!(
            "Invalid cron expression {}: exactly 5 or 6 columns have to be specified",
            shortened(text)
        ));
    }
    // The old service has the seconds last.
    let (fields, seconds) = fields.split_at(5);
    let in_order: Vec<_> = seconds.iter().chain(fields).copied().collect();
    let parser = CronParser::builder().seconds(Seconds::Optional).build();
    parser
        .parse(&in_order.join(" "))
        .map_err(|error| format!("Invalid cron expression {}: {error}", shortened(text)))
}

fn zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() {
        return Some(TimeZone::UTC);
    }
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admitted(start: &str, duration: u64, timezone: &str, now: &str) -> bool {
        let list =
            vec![json!({"name": "a", "start": start, "duration": duration, "timezone": timezone})];
        let constraints = read(list).expect("constraints");
        admit(&constraints, now.parse().expect("a time"))
    }

    #[test]
    fn alarm_is_evaluated_from_the_start_for_the_duration() {
        for (now, expected) in [
            ("2026-01-05T10:58:30", false),
            ("2026-01-05T10:59:30", true),
            ("2026-01-05T11:00:00", true),
            ("2026-01-05T13:00:00", true),
            ("2026-01-05T13:00:30", false),
        ] {
            assert_eq!(admitted("0 11 * * *", 7200, "", now), expected, "{now}");
        }
        assert!(admit(&[], Timestamp::default()));
    }

    #[test]
    fn start_is_in_the_zone_of_the_constraint() {
        // Ljubljana is an hour ahead in winter, two in summer.
        for (now, expected) in [
            ("2026-01-05T10:30:00", true),
            ("2026-01-05T09:30:00", false),
            ("2026-07-05T09:30:00", true),
            ("2026-07-05T10:30:00", false),
        ] {
            let found = admitted("0 11 * * *", 3600, "Europe/Ljubljana", now);
            assert_eq!(found, expected, "{now}");
        }
    }

    #[test]
    fn seconds_are_the_last_of_six_fields() {
        assert!(admitted("0 11 * * * 30", 600, "", "2026-01-05T11:05:00"));
        assert!(!admitted("0 11 * * * 30", 600, "", "2026-01-05T12:05:00"));
    }

    #[test]
    fn unusable_constraints_are_refused_with_the_reason() {
        let refusal = |list: Json| {
            let Json::Array(list) = list else {
                panic!("a list")
            };
            read(list).expect_err("refused").to_string()
        };
        let one = |more: Json| {
            let mut one = json!({"name": "a", "start": "0 11 * * *", "duration": "10"});
            for (field, value) in more.as_object().expect("fields") {
                one[field] = value.clone();
            }
            one
        };
        assert_eq!(
            refusal(json!([one(json!({"timezone": "aaaa"}))])),
            "Timezone aaaa is not valid"
        );
        assert_eq!(
            refusal(json!([one(json!({})), one(json!({}))])),
            "Time constraint names must be unique for a given alarm."
        );
        assert!(refusal(json!([one(json!({"start": "11:00am"}))])).contains("cron"));
        assert!(refusal(json!([one(json!({"duration": -1}))])).contains("greater or equal to 0"));
    }
}
