//! What is drawn on: frames in memory, shown with one write each.

use std::io;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{QueueableCommand as _, queue};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::terminal::{Restorer, size};

/// Draws into memory and shows a frame with a single write.
///
/// It asks the terminal nothing, and writes nothing for a frame that changes nothing.
#[derive(Debug)]
pub struct Glass {
    out: Restorer,
    frame: Vec<u8>,
    /// Where the cursor is shown; none while it is hidden.
    cursor: Option<Position>,
    /// Where the cursor was put last, shown or not.
    at: Position,
}

impl Glass {
    /// Draws on the terminal that `out` writes to.
    pub(super) const fn new(out: Restorer) -> Self {
        Self { out, frame: Vec::new(), cursor: None, at: Position::ORIGIN }
    }

    fn pen(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

impl Backend for Glass {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        if self.cursor.take().is_some() {
            self.frame.queue(Hide)?;
        }
        self.pen().draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor.take().is_some() {
            self.frame.queue(Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // ratatui shows it before it moves it, so showing waits for the move.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.at = position.into();
        if self.cursor != Some(self.at) {
            queue!(self.frame, MoveTo(self.at.x, self.at.y), Show)?;
            self.cursor = Some(self.at);
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.pen().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.pen().clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: size(), pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.frame.len() + 16);
        bytes.queue(BeginSynchronizedUpdate)?;
        bytes.append(&mut self.frame);
        bytes.queue(EndSynchronizedUpdate)?;
        self.out.write(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use ratatui::Terminal;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::{TerminalOptions, Viewport};

    use super::*;

    /// A terminal that is a file, and what was written to it.
    fn paper() -> (Terminal<Glass>, impl FnMut() -> String) {
        let mut file = tempfile::tempfile().unwrap();
        let glass = Glass::new(Restorer::of_paper(file.try_clone().unwrap()));
        let viewport = Viewport::Fixed(Rect::new(0, 0, 10, 2));
        let terminal = Terminal::with_options(glass, TerminalOptions { viewport }).unwrap();
        let written = move || {
            let mut text = String::new();
            file.rewind().unwrap();
            file.read_to_string(&mut text).unwrap();
            file.set_len(0).unwrap();
            file.rewind().unwrap();
            text
        };
        (terminal, written)
    }

    fn word(buffer: &mut Buffer, text: &str) {
        buffer.set_string(0, 0, text, ratatui::style::Style::new());
    }

    #[test]
    fn a_frame_stands_between_the_marks_and_one_that_changes_nothing_is_not_written() {
        let (mut terminal, mut written) = paper();
        terminal.draw(|frame| word(frame.buffer_mut(), "hello")).unwrap();
        let frame = written();
        assert!(frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[?2026l"), "{frame:?}");
        assert!(frame.contains("hello"), "{frame:?}");
        terminal.draw(|frame| word(frame.buffer_mut(), "hello")).unwrap();
        assert_eq!(written(), "");
    }

    #[test]
    fn the_cursor_is_moved_only_where_it_is_shown() {
        let (mut terminal, mut written) = paper();
        let at = |x: u16| move |frame: &mut ratatui::Frame<'_>| frame.set_cursor_position((x, 1));
        terminal.draw(at(3)).unwrap();
        assert_eq!(written(), "\x1b[?2026h\x1b[2;4H\x1b[?25h\x1b[?2026l");
        terminal.draw(at(3)).unwrap();
        assert_eq!(written(), "");
        terminal.draw(|_| {}).unwrap();
        assert_eq!(written(), "\x1b[?2026h\x1b[?25l\x1b[?2026l");
        terminal.draw(|_| {}).unwrap();
        assert_eq!(written(), "");
    }
}
