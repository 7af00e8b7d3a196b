//! The dashboard on made-up data, from a server inside this program.

use color_eyre::eyre::{Report, WrapErr as _};

use super::connector::client;
use crate::api::{Credentials, Limits, Server, Trust, base_url};
use crate::app::change::Rules;
use crate::app::{Badge, Bulk, Destination, Effective, Settings};
use crate::cli::Dashboard;
use crate::config::{BadgeColor, Config};
use crate::demo::{Demo, Options};
use crate::domain::Password;
use crate::runtime::connector::Connected;
use crate::text::Untrusted;

/// A demo server, and a client of it.
pub(super) async fn start(flags: &Dashboard) -> Result<(Demo, Connected), Report> {
    let organizations = flags.organizations.unwrap_or_default();
    let demo = Demo::start(Options { organizations, ..Options::default() }).await;
    let demo = demo.wrap_err("the demo did not start")?;
    let base = base_url(demo.base()).wrap_err("the demo did not start")?;
    let settings = Settings {
        destination: Destination::default(),
        badge: Badge::Demo,
        badge_word: Untrusted::default(),
        badge_role: BadgeColor::Plain.role(),
        theme: super::looks::theme_of_the_demo(flags),
        read_only: flags.given.read_only,
        server: base.as_str().trim_end_matches('/').into(),
        domain: Untrusted::default(),
        user: demo.user().into(),
        password_known: true,
        keep_password: true,
        refresh_every: Config::default().refresh_every,
        ca_file: Untrusted::default(),
        bulk: Bulk::default(),
        rules: Rules::default(),
        memory: None,
        views: Vec::new(),
        warnings: Vec::new(),
        effective: vec![Effective {
            key: "url",
            value: base.as_str().trim_end_matches('/').into(),
            origin: "--demo, which reads no configuration".into(),
        }],
    };
    let password = Some(Password::new(demo.password()));
    let credentials = Credentials { password, ..Credentials::new(demo.user()) };
    let connected =
        client(None, Server { base, trust: Trust::System }, credentials, Limits::default(), settings)?;
    Ok((demo, connected))
}
