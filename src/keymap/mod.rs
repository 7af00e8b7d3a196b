//! Commands, the contexts they belong to and the keys that call them.
//!
//! The keys are data: `assets/keymap.toml`, and over it the operator's own file. The help screen, the hints at
//! the bottom and the table in the README are made from the same map, so they cannot disagree with what the
//! keys do.

mod file;

pub use file::Mistake;

use crate::input::KeySequence;

/// The keys as shipped.
const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// Makes the enum, the list of all its values, and their names in the keymap file.
macro_rules! named {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal, $help:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* #[doc = $help] $variant,)+ }

        impl $type {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in the keymap file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the help screen says.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }

            fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }
    };
}

named! {
    /// Something a key can ask for.
    Command {
        MoveDown = "move-down", "next row";
        MoveUp = "move-up", "previous row";
        First = "first", "first row (with a count: that row)";
        Last = "last", "last row (with a count: that row)";
        PageDown = "page-down", "page down";
        PageUp = "page-up", "page up";
        HalfDown = "half-page-down", "half a page down";
        HalfUp = "half-page-up", "half a page up";
        NextPane = "next-pane", "next pane";
        Open = "open", "open the detail";
        Back = "back", "back one layer";
        Edit = "edit", "change the connection";
        Mark = "mark", "mark or unmark, and move down";
        MarkRange = "mark-range", "mark a range: v, move, v";
        MarkShown = "mark-shown", "mark every row shown, or unmark them";
        InvertMarks = "invert-marks", "mark what is not marked of the rows shown";
        Filter = "filter", "narrow the list by words";
        Test = "test", "have the server test the connection";
        Connections = "connections", "the connections, and who uses each";
        Users = "users", "the organizations that use it";
        Organizations = "organizations", "the list of organizations";
        OtherList = "other-list", "the other list, as it was left: connections or organizations";
        Sort = "sort", "choose the sort column";
        ReverseSort = "reverse-sort", "reverse the sort";
        ThenBy = "then-by", "among equals, another column";
        Columns = "columns", "choose the columns";
        ShowColumn = "show-column", "show the column, or hide it";
        ColumnLeft = "column-left", "move the column to the left";
        ColumnRight = "column-right", "move the column to the right";
        Narrower = "narrower", "narrower: the name, or the chosen column";
        Wider = "wider", "wider: the name, or the chosen column";
        FitColumn = "fit-column", "as wide as suits the column";
        ResetColumns = "reset-columns", "the columns as shipped";
        WideColumns = "wide-columns", "whole values and times, or as much as fits";
        ScrollLeft = "scroll-left", "columns at the left; the name stays";
        ScrollRight = "scroll-right", "columns at the right; the name stays";
        Refresh = "refresh", "refresh now";
        Pause = "pause", "pause or resume the automatic refresh";
        ShowFields = "show-fields", "detail as fields";
        ShowJson = "show-json", "detail as the server's JSON";
        NextField = "next-field", "next field";
        PreviousField = "previous-field", "previous field";
        Accept = "accept", "take the value";
        Complete = "complete", "complete from the list";
        Submit = "submit", "send the change";
        DropRow = "drop-row", "take this row out of the plan";
        Canaries = "canaries", "how many rows go first, one by one";
        WritePlan = "write-plan", "write the plan to a file, for later or for somebody else";
        Progress = "progress", "the plan being applied, or the last one";
        PausePlan = "pause-plan", "pause, or go on";
        StopPlan = "stop-plan", "begin no row any more; what is under way is settled";
        WriteReport = "write-report", "write what is on record of the plan to files: Markdown and CSV";
        RetryPlan = "retry-plan", "a new plan for what failed and what was not begun";
        RollBack = "roll-back", "a plan that takes back what was applied";
        Reason = "reason", "give a reason or ticket, for the record";
        Override = "override", "go on in spite of a failed check, with a reason on record";
        CheckAgain = "check-again", "check again what somebody changed";
        Undo = "undo", "take the last change back, as a checked change";
        Domain = "domain", "work in another domain";
        Export = "export", "write the rows to a file";
        CopyName = "copy-name", "copy the name";
        CopyId = "copy-id", "copy the id";
        CopyOrgId = "copy-org-id", "copy the Salesforce id";
        CopyConnection = "copy-connection", "copy the connection";
        CopyUri = "copy-uri", "copy the uri";
        CopyJson = "copy-json", "copy the record as JSON";
        CopyTsv = "copy-tsv", "copy the row, for a spreadsheet";
        CopyCurl = "copy-curl", "copy as a curl command, without a secret";
        Activity = "activity", "requests of this run, and changes of the past";
        ShowResponse = "show-response", "the whole answer";
        LookAgain = "look-again", "read the record again";
        ShowCertificate = "show-certificate", "the whole certificate";
        NextButton = "next-button", "next button";
        PreviousButton = "previous-button", "previous button";
        Confirm = "confirm", "yes";
        Decline = "decline", "no";
        Close = "close", "close";
        Profiles = "profiles", "go to another profile";
        Palette = "palette", "every command by its name";
        Actions = "actions", "what can be done with the row, and why not";
        Theme = "theme", "try another theme";
        Net = "net", "bytes of the screen, times of the server";
        LowBandwidth = "low-bandwidth", "fewer bytes for a slow line, or full again";
        Help = "help", "the keys";
        Repaint = "repaint", "draw everything again";
        Suspend = "suspend", "go to the shell; `fg` comes back";
        Interrupt = "interrupt", "cancel what runs; twice: quit";
        Quit = "quit", "quit";
    }
}

named! {
    /// A place where keys have a meaning of their own.
    Context {
        Global = "global", "everywhere";
        List = "list", "organization list";
        Detail = "detail", "detail";
        Connections = "connections", "connection list";
        ConnectionDetail = "connection-detail", "connection";
        FilterField = "filter-field", "filter line";
        Choose = "choose", "change: new connection";
        Review = "review", "change: review";
        ReviewField = "review-field", "change: text in the review";
        Sending = "sending", "change: being sent";
        Result = "result", "change: result";
        Plan = "plan", "plan";
        PlanField = "plan-field", "plan: text";
        Progress = "progress", "plan being applied";
        RowResult = "row-result", "result of a row";
        Question = "question", "yes or no";
        ConnectionSortPicker = "connection-sort-picker", "sort column of connections";
        SortPicker = "sort-picker", "sort column";
        ColumnPicker = "column-picker", "columns";
        ExportPicker = "export-picker", "export";
        ThemePicker = "theme-picker", "theme";
        Problem = "problem", "problem";
        SignIn = "sign-in", "sign in";
        DomainPicker = "domain-picker", "domains";
        Activity = "activity", "activity";
        Recovery = "recovery", "changes of an earlier run";
        ProfilePicker = "profile-picker", "profiles";
        Palette = "palette", "palette";
        SettingsScreen = "settings-screen", "settings";
        FirstContact = "first-contact", "first contact";
        Certificate = "certificate", "certificate";
        Stop = "stop", "changed identity";
        Net = "net", "bytes and times";
        HelpScreen = "help-screen", "help";
    }
}

impl Command {
    /// The word beside the key at the bottom of the screen.
    pub fn label(self) -> String {
        self.name().replace('-', " ")
    }

    /// Whether it copies a part of the selected organization, or the command that reads it.
    pub const fn copies_a_part(self) -> bool {
        matches!(
            self,
            Self::CopyName
                | Self::CopyId
                | Self::CopyOrgId
                | Self::CopyConnection
                | Self::CopyUri
                | Self::CopyJson
                | Self::CopyTsv
                | Self::CopyCurl
        )
    }
}

impl Context {
    /// Whether unmodified printable keys are text here.
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            Self::FilterField
                | Self::Choose
                | Self::ReviewField
                | Self::PlanField
                | Self::SignIn
                | Self::Palette
                | Self::FirstContact
        )
    }
}

/// What the keys typed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This command.
    Command(Command),
    /// The beginning of a longer sequence.
    Pending,
    /// Nothing.
    Unbound,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Binding {
    context: Context,
    command: Command,
    keys: KeySequence,
}

/// Which keys call which command, by context. No key has two meanings in one context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    hints: Vec<(Context, Command)>,
}

impl Keymap {
    /// The keys as shipped.
    ///
    /// # Panics
    /// Never: a test loads the same text.
    #[expect(clippy::expect_used, reason = "the text is part of the program and loaded by a test")]
    pub fn shipped() -> Self {
        file::parse(DEFAULT).expect("assets/keymap.toml is valid")
    }

    /// The keys as shipped, with those of the operator's file in their place.
    ///
    /// The file has a table for each context, with `command = ["key", …]` and `hints = ["command", …]`. The keys
    /// given for a command replace all of its keys in that context; `[]` takes them away.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the lines.
    pub fn with(text: &str) -> Result<Self, Vec<Mistake>> {
        file::laid_over(Self::shipped(), text)
    }

    /// What `typed` means in the given contexts, innermost first: the first context that knows it decides.
    pub fn resolve(&self, contexts: &[Context], typed: &KeySequence) -> Resolution {
        for context in contexts {
            let mut here =
                self.bindings.iter().filter(|b| b.context == *context && b.keys.starts_with(typed));
            if let Some(binding) = here.next() {
                let whole = binding.keys == *typed;
                return if whole { Resolution::Command(binding.command) } else { Resolution::Pending };
            }
        }
        Resolution::Unbound
    }

    /// The keys that call `command` in `context`, in the file's order.
    pub fn keys(&self, context: Context, command: Command) -> impl Iterator<Item = &KeySequence> {
        self.bindings.iter().filter(move |b| b.context == context && b.command == command).map(|b| &b.keys)
    }

    /// What can follow the keys typed so far, each with the keys that are missing and in the file's order.
    pub fn following(&self, contexts: &[Context], typed: &KeySequence) -> Vec<(KeySequence, Command)> {
        let here = |context: &Context| -> Vec<_> {
            let bindings = self.bindings.iter().filter(|binding| binding.context == *context);
            bindings.filter_map(|binding| Some((binding.keys.after(typed)?, binding.command))).collect()
        };
        contexts.iter().map(here).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// The commands bound in `context`, each once, in the order of [`Command::ALL`].
    pub fn commands(&self, context: Context) -> impl Iterator<Item = Command> {
        Command::ALL.iter().copied().filter(move |command| self.keys(context, *command).next().is_some())
    }

    /// The commands to name at the bottom of the screen in `context`, most wanted first.
    pub fn hints(&self, context: Context) -> impl Iterator<Item = Command> {
        self.hints.iter().filter(move |(place, _)| *place == context).map(|(_, command)| *command)
    }

    /// The whole map as a file that [`with`](Self::with) reads.
    pub fn toml(&self) -> String {
        file::write(self)
    }

    /// The table of the README: one row for each command of each context.
    pub fn markdown(&self) -> String {
        let mut table = String::from("| where | key | does |\n|---|---|---|\n");
        for context in Context::ALL {
            for command in self.commands(*context) {
                let keys: Vec<_> = self.keys(*context, command).map(|keys| format!("`{keys}`")).collect();
                let row = format!("| {} | {} | {} |\n", context.help(), keys.join(" "), command.help());
                table.push_str(&row);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_keys_are_valid_and_every_command_can_be_called() {
        let keymap = file::parse(DEFAULT).unwrap();
        for command in Command::ALL {
            let bound = Context::ALL.iter().any(|context| keymap.keys(*context, *command).next().is_some());
            assert!(bound, "{} has no key", command.name());
        }
        for context in Context::ALL {
            for hint in keymap.hints(*context) {
                let reachable =
                    [*context, Context::Global].iter().any(|c| keymap.keys(*c, hint).next().is_some());
                assert!(reachable, "[{}] hints at {} which has no key there", context.name(), hint.name());
            }
        }
    }

    #[test]
    fn no_printable_key_is_bound_where_text_is_typed() {
        let keymap = Keymap::shipped();
        for binding in keymap.bindings.iter().filter(|binding| binding.context.takes_text()) {
            // There only the digits of a fingerprint are text.
            let is_text = |c: char| binding.context != Context::FirstContact || c.is_ascii_hexdigit();
            let takes = |key: &crate::input::Key| key.typed().is_some_and(is_text);
            assert!(!binding.keys.keys().iter().any(takes), "{binding:?}");
        }
    }

    #[test]
    fn no_key_is_only_on_what_terminals_and_multiplexers_take() {
        let keymap = Keymap::shipped();
        let taken = ["ctrl-h", "ctrl-i", "ctrl-j", "ctrl-m", "ctrl-[", "ctrl-s", "ctrl-q", "ctrl-a"];
        for binding in &keymap.bindings {
            assert!(!taken.contains(&binding.keys.to_string().as_str()), "{binding:?}");
            assert!(binding.keys.keys().iter().all(|key| !key.alt), "{binding:?}");
        }
    }

    #[test]
    fn the_innermost_context_decides_and_a_prefix_waits() {
        let keymap =
            file::parse("[global]\nquit = [\"q\"]\n[list]\nfirst = [\"g g\"]\nback = [\"q\"]").unwrap();
        let typed = |text: &str| text.parse().unwrap();
        let contexts = [Context::List, Context::Global];
        assert_eq!(keymap.resolve(&contexts, &typed("g")), Resolution::Pending);
        assert_eq!(keymap.resolve(&contexts, &typed("g g")), Resolution::Command(Command::First));
        assert_eq!(keymap.resolve(&contexts, &typed("q")), Resolution::Command(Command::Back));
        assert_eq!(keymap.resolve(&[Context::Global], &typed("q")), Resolution::Command(Command::Quit));
        assert_eq!(keymap.resolve(&contexts, &typed("z")), Resolution::Unbound);
    }
}
