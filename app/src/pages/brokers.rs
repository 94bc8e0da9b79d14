//! The brokers that the account may see, with their states.

use leptos::prelude::*;
use leptos_meta::Title;
use metering::{Broker, BrokerState};

use crate::components::status::{Level, Pill};
use crate::components::time::Clock;
use crate::i18n::catalog;
use crate::reactive::text;
use crate::routes::{self, href};
use crate::viewer::Viewers;

/// `/brokers`
#[component]
pub fn Brokers() -> impl IntoView {
    let texts = catalog();
    let viewer = expect_context::<Viewers>();
    view! {
        <Title text=texts.brokers />
        <header class="page-head"><h1>{texts.brokers}</h1></header>
        <section class="panel">
            {viewer.show(|viewer| view! { <List brokers=viewer.brokers.to_vec() /> })}
        </section>
    }
    .into_any()
}

#[component]
fn List(brokers: Vec<Broker>) -> impl IntoView {
    let texts = catalog();
    let clock = expect_context::<Clock>();
    if brokers.is_empty() {
        return view! { <p class="empty">{texts.no_brokers}</p> }.into_any();
    }
    let rows = brokers
        .into_iter()
        .map(|broker| {
            let state = match broker.state {
                BrokerState::Ok => texts.state_ok,
                BrokerState::Stale => texts.state_stale,
                BrokerState::Down => texts.state_down,
            };
            let since = broker.since;
            view! {
                <tr>
                    <th scope="row"><a href=href(&routes::overview(&broker.name))>{broker.name.clone()}</a></th>
                    <td>
                        <Pill
                            level=Signal::stored(Level::from(broker.state))
                            text=Signal::stored(state.to_owned())
                        />
                        {" "}
                        <span class="soft">{text(move || texts.since.fill([&clock.time_of_day(since, texts)]))}</span>
                        {broker.reason.map(|reason| view! { <p class="reason">{reason}</p> })}
                    </td>
                    <td>{broker.rabbitmq_version.unwrap_or_else(|| texts.no_value.to_owned())}</td>
                    <td>{broker.cluster_name.unwrap_or_else(|| texts.no_value.to_owned())}</td>
                    <td>{broker.description}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=texts.brokers>
            <table class="list">
                <thead>
                    <tr>
                        <th scope="col">{texts.broker}</th>
                        <th scope="col">{texts.state}</th>
                        <th scope="col">{texts.version}</th>
                        <th scope="col">{texts.cluster_name}</th>
                        <th scope="col">{texts.description}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
