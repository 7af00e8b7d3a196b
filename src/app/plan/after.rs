//! What can follow a plan: another one for what is left of it, and one that takes back what it did.

use super::result::{RowResult, is_applied};
use super::run::Applying;
use crate::app::list::Rows;
use crate::domain::{Outcome, PlanRow};

impl Applying {
    /// The rows of a new plan for what failed and what was not begun, as the list shows it now; what is unknown
    /// has to be looked at first and is not among them.
    pub(in crate::app) fn left_over(&self, list: &Rows) -> Vec<PlanRow> {
        let unknown =
            |result: &RowResult| matches!(result, RowResult::Done { outcome: Outcome::Unknown, .. });
        let left = self.rows().filter(|(_, result)| {
            (result.is_failure() && !unknown(result)) || **result == RowResult::Waiting
        });
        let rows = left.filter_map(|(row, _)| {
            let now = list.organization(&row.id)?.connection.clone();
            (now != row.new).then(|| PlanRow { now, ..row.clone() })
        });
        rows.collect()
    }

    /// The rows of a plan that takes back what was applied; what had no connection before cannot go back.
    pub(in crate::app) fn rollback(&self, list: &Rows) -> Vec<PlanRow> {
        let applied = self.rows().filter_map(|(row, result)| match result {
            RowResult::Done { operation, outcome, .. } if is_applied(*outcome) => Some((row, *operation)),
            _ => None,
        });
        let rows = applied.filter(|(row, _)| !row.now.is_empty()).map(|(row, operation)| {
            let ours = self.accepted(&row.new);
            let now = list.organization(&row.id).map(|now| now.connection.clone());
            PlanRow {
                now: now.filter(|now| ours.contains(now)).unwrap_or_else(|| row.new.clone()),
                new: row.now.clone(),
                undo_of: Some(operation),
                ..row.clone()
            }
        });
        rows.collect()
    }
}
