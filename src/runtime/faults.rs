//! Faults on demand, for the tests of what they leave behind. They are not in a release.

/// Panics where the environment asks for it: `CCKM_TUI_FAULT` names the place.
///
/// # Panics
///
/// That is what it is for.
pub(super) fn trip(place: &str) {
    let asked = std::env::var("CCKM_TUI_FAULT").is_ok_and(|places| places.split(',').any(|one| one == place));
    assert!(
        !asked,
        "a fault in {place}, with a \"hunter2\" and eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9\u{1b}]0;x\u{7}"
    );
}
