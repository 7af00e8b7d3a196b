//! What is printed: lines of printable characters, one after the other, and nothing else.

use std::fmt;
use std::io::{self, Write};

use crate::ui::spelled;

/// The end of the line that everything is printed to.
pub struct Paper {
    out: Box<dyn Write + Send>,
    ascii: bool,
    /// Whether the last thing printed was a prompt, without the end of its line.
    open: bool,
}

impl fmt::Debug for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paper").field("ascii", &self.ascii).field("open", &self.open).finish_non_exhaustive()
    }
}

impl Paper {
    /// Paper that takes ASCII only, or everything printable.
    pub fn new(out: impl Write + Send + 'static, ascii: bool) -> Self {
        Self { out: Box::new(out), ascii, open: false }
    }

    /// Prints lines of displayed text.
    pub(super) fn print(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        let mut text = String::new();
        for line in lines {
            if std::mem::take(&mut self.open) {
                text.push('\n');
            }
            text += &self.spelled(line.trim_end());
            text.push('\n');
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Prints a prompt, and leaves its line open for the answer.
    pub(super) fn ask(&mut self, prompt: &str) -> io::Result<()> {
        let prompt = self.spelled(prompt);
        let before = if self.open { "\n" } else { "" };
        write!(self.out, "{before}{prompt}\n> ")?;
        self.open = true;
        self.out.flush()
    }

    /// The line of the prompt is ended: by who typed the answer, or with the answer that nobody saw.
    pub(super) fn answered(&mut self, unseen: Option<&str>) -> io::Result<()> {
        if std::mem::take(&mut self.open)
            && let Some(answer) = unseen
        {
            let answer = self.spelled(answer);
            writeln!(self.out, "{answer}")?;
            self.out.flush()?;
        }
        Ok(())
    }

    fn spelled(&self, line: &str) -> String {
        if self.ascii { spelled(line).into_owned() } else { line.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Paper that can be read.
    #[derive(Clone, Default)]
    struct Sheet(Arc<Mutex<Vec<u8>>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn news_end_the_line_of_an_open_prompt_and_an_answer_nobody_saw_is_printed() {
        let sheet = Sheet::default();
        let mut paper = Paper::new(sheet.clone(), false);
        paper.ask("List").unwrap();
        paper.print(["news  ".to_owned()]).unwrap();
        paper.ask("List").unwrap();
        paper.answered(Some("q")).unwrap();
        paper.ask("List").unwrap();
        paper.answered(None).unwrap();
        let text = String::from_utf8(sheet.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text, "List\n> \nnews\nList\n> q\nList\n> ");
    }

    #[test]
    fn pf_04_in_ascii_every_byte_is_a_sign_of_a_teletype() {
        let sheet = Sheet::default();
        Paper::new(sheet.clone(), true).print(["Acme · 3d → –".to_owned(), "日".to_owned()]).unwrap();
        let bytes = sheet.0.lock().unwrap().clone();
        assert!(bytes.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'~')), "{bytes:?}");
    }
}
