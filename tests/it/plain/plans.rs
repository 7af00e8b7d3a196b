//! Plans in plain mode: what an earlier run did not finish, and one from a file.

use std::sync::Arc;
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, base_url};
use cckm_tui::app::plan::outside::Offered;
use cckm_tui::domain::{Criteria, Order, Organization, Password, Plan, PlanPlace, PlanRow, Record, Window};
use cckm_tui::plans;
use jiff::Timestamp;

use super::{Stage, Talk};

const OLD: &str = "sfdc-us-2024";
const NEW: &str = "sfdc-us-2025";

impl Stage {
    /// A plan that moves two organizations, made by somebody else.
    async fn plan(&self) -> Plan {
        let server = Server { base: base_url(self.demo.base()).unwrap(), trust: Trust::System };
        let reader = Reader::new(server, Credentials::new(self.demo.user()), Limits::default()).unwrap();
        reader.sign_in(Some(Password::new(self.demo.password()))).await.unwrap();
        let page = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap();
        let sound = page.records.into_iter().filter_map(|record| match record {
            Record::Sound(listed) => Some(listed.organization()),
            Record::Damaged(_) => None,
        });
        let rows = sound.filter(|organization| organization.connection.as_sent() == OLD).take(2);
        let row = |organization: Arc<Organization>| PlanRow {
            id: organization.id.clone(),
            name: organization.name.clone(),
            organization_id: organization.organization_id.clone(),
            now: OLD.into(),
            new: NEW.into(),
            undo_of: None,
        };
        let now = Timestamp::now();
        Plan {
            id: "p0000aa-3".parse().unwrap(),
            made_at: now,
            made_by: "ops2".into(),
            valid_until: now + Duration::from_hours(1),
            place: PlanPlace { server: self.settings.server.clone(), ..PlanPlace::default() },
            reason: "CHG-7".into(),
            order: Order::default(),
            rows: rows.map(row).collect(),
        }
    }

    /// The program was started while this plan was unfinished.
    async fn with_a_plan(mut self) -> Self {
        let plan = self.plan().await;
        self.run.offered = vec![Offered { hash: plan.hash(), plan: Arc::new(plan), was_begun: true }];
        self
    }
}

async fn talk(lines: &[&str]) -> Talk {
    Stage::new().await.with_a_plan().await.script(lines).await
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_21_an_unfinished_plan_is_offered_at_the_start_and_gone_on_with() {
    let talk = talk(&["yes", "l", "2", "l", "", "q"]).await;
    for words in [
        "Plan p0000aa-3 of ops2 was not finished when an earlier run ended: 2 of its 2 rows are left.",
        "Plan: nothing is sent yet",
        "effect    sfdc-us-2024: ",
        "reason    CHG-7",
        "Plan: 2 applies it, n back",
        "plan p0000aa-3: 2 of 2 applied.",
        ": 200 VERIFIED",
    ] {
        assert!(talk.text.contains(words), "{words} is not in\n{}", talk.text);
    }
    let patch = format!(r#"{{"connection":"{NEW}"}}"#);
    assert_eq!((talk.patches, talk.ended.unfinished), (vec![patch.clone(), patch], None), "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_21_an_unfinished_plan_can_be_left_for_the_next_start() {
    let talk = talk(&["no", "q"]).await;
    assert!(talk.text.contains("plan p0000aa-3 is offered again at the next start"), "{}", talk.text);
    assert!(talk.text.contains("[DEMO] WRITE List: "), "{}", talk.text);
    assert_eq!((talk.patches.len(), talk.ended.unfinished), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn m5_nothing_but_the_number_that_is_asked_for_applies_a_plan() {
    let talk = talk(&["yes", "y", "yes", "", "1", "02", "2 prod", "\u{1b}", "n", "q"]).await;
    assert!(
        talk.text.contains("\"yes\" is no consent: nothing was sent. 2 applies the plan"),
        "{}",
        talk.text
    );
    assert!(talk.text.contains("Enter alone is no consent"), "{}", talk.text);
    assert_eq!(talk.patches, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e36_a_protected_profile_asks_for_its_name_too() {
    let stage = Stage::new().await.set(|settings| settings.rules.confirm_by_name = Some("prod-eu".into()));
    let talk = stage.with_a_plan().await.script(&["yes", "2", "2 prod-us", "2 prod-eu", "", "q"]).await;
    assert!(talk.text.contains("2 prod-eu applies it"), "{}", talk.text);
    assert_eq!(talk.patches.len(), 2, "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_before_the_consent_sends_nothing_and_after_it_waits_for_the_end_of_the_plan() {
    let before = talk(&["yes"]).await;
    let unfinished = before.ended.unfinished.as_deref();
    assert_eq!(unfinished, Some("the input ended before the change was sent; nothing was sent"));
    assert_eq!(before.patches.len(), 0);
    let after = talk(&["yes", "2"]).await;
    assert_eq!((after.patches.len(), after.ended.unfinished), (2, None), "{}", after.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_25_what_stopped_a_plan_and_what_is_left_is_told_and_is_a_failure() {
    let stage = Stage::new().await.with("422@PATCH /api/v1/cckm").with_a_plan().await;
    let talk = stage.script(&["yes", "2", "", "q"]).await;
    for words in ["stopped: a row that goes first failed.", ": 422 REFUSED", ": waiting"] {
        assert!(talk.text.contains(words), "{words} is not in\n{}", talk.text);
    }
    assert_eq!(talk.patches.len(), 1);
    let talk =
        Stage::new().await.with("422@PATCH /api/v1/cckm").with_a_plan().await.script(&["yes", "2"]).await;
    assert_eq!(talk.ended.unfinished.as_deref(), Some("plan p0000aa-3: 0 of 2 applied, 1 FAILED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn e32_a_plan_file_given_at_the_start_is_opened_without_a_question() {
    let mut stage = Stage::new().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("plan.json");
    std::fs::write(&file, plans::text(&stage.plan().await)).unwrap();
    stage.run.plan_file = Some(file.to_str().unwrap().to_owned());
    stage.is_slow_to_read = true;
    let talk = stage.script(&["2", "", "q"]).await;
    assert_eq!(talk.patches.len(), 2, "{}", talk.text);
}
