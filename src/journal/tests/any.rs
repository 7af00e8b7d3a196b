//! What holds for any transitions, and for any bytes.

use proptest::prelude::*;

use super::*;
use crate::domain::{PlanId, PlanReference, Sha256, Target};

fn any_text() -> impl Strategy<Value = Untrusted> {
    prop_oneof!["\\PC{0,20}", any::<String>()].prop_map(Untrusted::from)
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(&Outcome::ALL[..])
}

fn any_id() -> impl Strategy<Value = OperationId> {
    (any::<u32>(), any::<u64>()).prop_map(|(run, count)| OperationId::new(RunId::new(run), count))
}

fn any_plan() -> impl Strategy<Value = PlanReference> {
    let reference = |(run, count, made_by): (u32, u64, Untrusted)| PlanReference {
        id: PlanId::new(RunId::new(run), count),
        hash: Sha256::of(made_by.as_sent().as_bytes()),
        made_by,
    };
    (any::<u32>(), any::<u64>(), any_text()).prop_map(reference)
}

fn any_operation() -> impl Strategy<Value = Operation> {
    let texts = prop::collection::vec(any_text(), 12);
    let plan = prop::option::of(any_plan());
    (any_id(), texts, "[a-z0-9_:-]{1,40}", prop::option::of(any_id()), plan).prop_map(
        |(id, texts, record, undo_of, plan)| {
            let text = |nth: usize| texts[nth].clone();
            Operation {
                id,
                target: Target {
                    server: text(0),
                    server_identity: text(1),
                    domain: text(2),
                    user: text(3),
                    profile: text(4),
                    id: OrganizationId::new(&record).unwrap(),
                    name: text(5),
                    organization_id: text(6),
                },
                before: text(7),
                before_updated_at: text(8),
                after: text(9),
                reason: text(10),
                overridden: text(11),
                undo_of,
                plan,
            }
        },
    )
}

fn any_step() -> impl Strategy<Value = (OperationId, Transition)> {
    let other = prop_oneof![
        Just(Transition::Sent),
        any::<(u16, bool)>().prop_map(|(status, by_another)| Transition::Answered { status, by_another }),
        any_text().prop_map(|why| Transition::NoAnswer { why }),
        any_text().prop_map(|connection| Transition::Looked { connection }),
        (any_outcome(), any_text()).prop_map(|(outcome, seen)| Transition::Settled { outcome, seen }),
        (any_outcome(), any_text()).prop_map(|(outcome, seen)| Transition::Corrected { outcome, seen }),
        any_text().prop_map(|why| Transition::Abandoned { why }),
    ];
    prop_oneof![
        any_operation().prop_map(|operation| (operation.id, Transition::Intent(Box::new(operation)))),
        (any_id(), other),
    ]
}

proptest! {
    #[test]
    fn any_sequence_of_transitions_reads_back_equal(steps in prop::collection::vec(any_step(), 0..12)) {
        let shared = Shared::default();
        let (mut journal, _) = shared.open();
        let mut expected = Vec::new();
        for (nth, (operation, transition)) in steps.into_iter().enumerate() {
            let at = at(nth.try_into().unwrap());
            let sequence = journal.append(at, &operation, &transition).unwrap();
            expected.push(Entry { sequence, at, operation, transition });
        }
        let (_, contents) = shared.open();
        prop_assert_eq!(contents.entries, expected);
        prop_assert!(summary(&shared.bytes()).is_ok());
    }

    #[test]
    fn any_bytes_open_and_take_more(garbage in prop::collection::vec(any::<u8>(), 0..300)) {
        let shared = Shared::of(&garbage);
        let (mut journal, _) = shared.open();
        journal.append(at(0), &id(1), &Transition::Sent).unwrap();
        let summary = summary(&shared.bytes()).unwrap();
        prop_assert_eq!(summary.torn.len(), usize::from(!garbage.is_empty()));
    }
}
