//! Access lists: reading the orders of `update-acls` and carrying them out.
//!
//! Orders add and take away; they never replace a list. All are checked before any is applied.

use serde_json::{Map, Value, json};

use super::error::Problem;
use super::json_body::Object;
use super::store::Store;

/// Every action, in the order lists are kept in.
const ACTIONS: &[&str] = &[
    "view",
    "keycreate",
    "keyupload",
    "keyrotatetobyok",
    "keyimport",
    "keydestroy",
    "keysynchronize",
    "deletebackup",
    "deletebackupbyok",
    "deletebackupnative",
    "cacheonlykeyupload",
    "cacheonlykeyactivate",
    "cacheonlykeydestroy",
    "reportcreate",
    "reportview",
    "reportdelete",
    "reportdownload",
    "endpointcreate",
    "endpointupdate",
    "endpointdelete",
    "certificatecreate",
    "certificatesync",
    "certificatedelete",
    "issuercreate",
    "issuerupdate",
    "issuerdelete",
];

/// Permit or take away some actions of one user or group.
#[derive(Debug)]
pub(super) struct Order {
    /// `user_id` or `group`.
    field: &'static str,
    principal: String,
    actions: Vec<String>,
    permit: bool,
}

/// The orders in `body`, complete and naming only users, groups and actions that exist.
///
/// # Errors
/// 422 for an incomplete order, 400 for an unknown action, 404 for an unknown user or group.
pub(super) fn read(body: &Object, store: &Store) -> Result<Vec<Order>, Problem> {
    let entries = body.0.get("acls").and_then(Value::as_array).filter(|entries| !entries.is_empty());
    let entries = entries.ok_or_else(|| Problem::missing(&["acls"]))?;
    let orders: Vec<Order> = entries.iter().map(read_one).collect::<Result<_, _>>()?;
    orders.iter().try_for_each(|order| check(order, store))?;
    Ok(orders)
}

fn read_one(entry: &Value) -> Result<Order, Problem> {
    let Value::Object(entry) = entry else {
        return Err(Problem::validation("acls: acls must be a list of objects"));
    };
    let entry = Object(entry.clone());
    let (field, principal) = match (entry.text("user_id")?, entry.text("group")?) {
        (Some(user), None) => ("user_id", user.to_owned()),
        (None, Some(group)) => ("group", group.to_owned()),
        _ => return Err(Problem::validation("acls: exactly one of user_id and group is required")),
    };
    let actions = actions(entry.0.get("actions")).ok_or_else(|| Problem::missing(&["actions"]))?;
    let Some(Value::Bool(permit)) = entry.0.get("permit") else {
        return Err(Problem::missing(&["permit"]));
    };
    Ok(Order { field, principal, actions, permit: *permit })
}

/// A list of names, or one name where a list belongs.
fn actions(value: Option<&Value>) -> Option<Vec<String>> {
    let names: Vec<String> = match value? {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => {
            names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let usable = !names.is_empty() && names.iter().all(|name| !name.trim().is_empty());
    usable.then_some(names)
}

fn check(order: &Order, store: &Store) -> Result<(), Problem> {
    if order.actions.iter().any(|action| !ACTIONS.contains(&action.as_str())) {
        return Err(Problem::invalid("actions"));
    }
    let directory = if order.field == "group" { &store.groups } else { &store.users };
    directory.get(&order.principal).map(|_known| ()).ok_or_else(Problem::not_found)
}

/// Carries out the orders, one after the other. An entry without actions goes, and so does an empty list.
pub(super) fn apply(document: &mut Map<String, Value>, orders: &[Order]) {
    let mut entries = match document.shift_remove("acls") {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    for order in orders {
        order.apply(&mut entries);
    }
    if !entries.is_empty() {
        document.insert("acls".into(), entries.into());
    }
}

impl Order {
    fn apply(&self, entries: &mut Vec<Value>) {
        let place = entries
            .iter()
            .position(|entry| entry.get(self.field).and_then(Value::as_str) == Some(self.principal.as_str()));
        let former = place.and_then(|place| entries.get(place)).map(granted).unwrap_or_default();
        let actions = self.result(former);
        match place {
            Some(place) if actions.is_empty() => drop(entries.remove(place)),
            Some(place) => {
                if let Some(entry) = entries.get_mut(place).and_then(Value::as_object_mut) {
                    entry.insert("actions".into(), actions.into());
                }
            }
            None if actions.is_empty() => {}
            None => entries.push(json!({ self.field: self.principal, "actions": actions })),
        }
    }

    /// What is granted afterwards. Whoever may do anything may also look.
    fn result(&self, former: Vec<String>) -> Vec<String> {
        let mut actions = former;
        if self.permit {
            actions.push("view".to_owned());
            actions.extend(self.actions.iter().cloned());
        } else {
            actions.retain(|action| !self.actions.contains(action));
        }
        let rank =
            |action: &String| ACTIONS.iter().position(|known| known == action).unwrap_or(ACTIONS.len());
        actions.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        actions.dedup();
        actions
    }
}

fn granted(entry: &Value) -> Vec<String> {
    let actions = entry.get("actions").and_then(Value::as_array);
    actions.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
