//! What can be asked of a plan now, and what can follow it: another one for what is left, and one that takes back
//! what it did.

use super::result::{RowResult, is_applied};
use super::run::Applying;
use crate::app::list::Rows;
use crate::domain::{Outcome, PlanRow};
use crate::keymap::Command;

impl Applying {
    /// Why a command has nothing to do now: to hold what has ended, to follow what has not or left nothing, or to
    /// report what has not begun.
    pub fn refusal(&self, command: Command, list: &Rows) -> Option<&'static str> {
        match command {
            Command::PausePlan | Command::StopPlan => (!self.is_active()).then_some("the plan has ended"),
            Command::RetryPlan | Command::RollBack if self.is_active() => {
                Some("not while the plan is being applied")
            }
            Command::RetryPlan if self.left(list).next().is_some() => None,
            Command::RetryPlan if self.counts.unknown > 0 => {
                Some("nothing is left but what is UNKNOWN: see first what became of it")
            }
            Command::RetryPlan => Some("nothing is left to do"),
            Command::RollBack => self
                .taken_back(list)
                .next()
                .is_none()
                .then_some("nothing was applied that could be taken back"),
            Command::WriteReport => (!self.is_on_record).then_some("nothing of it is on record yet"),
            _ => None,
        }
    }

    /// The rows of a new plan for what failed and what was not begun, as the list shows it now; what is unknown
    /// has to be looked at first and is not among them.
    pub(in crate::app) fn left_over(&self, list: &Rows) -> Vec<PlanRow> {
        self.left(list).collect()
    }

    fn left(&self, list: &Rows) -> impl Iterator<Item = PlanRow> {
        let unknown =
            |result: &RowResult| matches!(result, RowResult::Done { outcome: Outcome::Unknown, .. });
        let left = self.rows().filter(move |(_, result)| {
            (result.is_failure() && !unknown(result)) || **result == RowResult::Waiting
        });
        left.filter_map(|(row, _)| {
            let now = list.organization(&row.id)?.connection.clone();
            (now != row.new).then(|| PlanRow { now, ..row.clone() })
        })
    }

    /// The rows of a plan that takes back what was applied; what had no connection before cannot go back.
    pub(in crate::app) fn rollback(&self, list: &Rows) -> Vec<PlanRow> {
        self.taken_back(list).collect()
    }

    fn taken_back(&self, list: &Rows) -> impl Iterator<Item = PlanRow> {
        let applied = self.rows().filter_map(|(row, result)| match result {
            RowResult::Done { operation, outcome, .. } if is_applied(*outcome) => Some((row, *operation)),
            _ => None,
        });
        applied.filter(|(row, _)| !row.now.is_empty()).map(|(row, operation)| {
            let ours = self.accepted(&row.new);
            let now = list.organization(&row.id).map(|now| now.connection.clone());
            PlanRow {
                now: now.filter(|now| ours.contains(now)).unwrap_or_else(|| row.new.clone()),
                new: row.now.clone(),
                undo_of: Some(operation),
                ..row.clone()
            }
        })
    }
}
