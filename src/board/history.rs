//! Undo and redo of named edits.

use std::collections::VecDeque;

/// The most edits that can be undone; older ones are forgotten.
pub const HISTORY_DEPTH: usize = 1000;

/// A value, the values it had before, and the values that were undone.
///
/// Every edit has a name for the menu ("Undo type 5").
#[derive(Debug, Clone)]
pub struct History<T> {
    current: T,
    /// Oldest first; each holds the value before its edit.
    past: VecDeque<Edit<T>>,
    /// The next to redo last; each holds the value after its edit.
    future: Vec<Edit<T>>,
}

#[derive(Debug, Clone)]
struct Edit<T> {
    name: String,
    value: T,
}

impl<T: Clone + PartialEq> History<T> {
    /// A history that starts at `value`, with nothing to undo.
    pub fn new(value: T) -> Self {
        Self { current: value, past: VecDeque::new(), future: Vec::new() }
    }

    /// The value as it is now.
    pub fn current(&self) -> &T {
        &self.current
    }

    /// Makes `value` the current one under the name of the edit that led to it; what had been undone is forgotten.
    ///
    /// Returns false, and changes nothing, when `value` equals the current one.
    pub fn edit(&mut self, name: impl Into<String>, value: T) -> bool {
        if value == self.current {
            return false;
        }
        if self.past.len() == HISTORY_DEPTH {
            self.past.pop_front();
        }
        let before = std::mem::replace(&mut self.current, value);
        self.past.push_back(Edit { name: name.into(), value: before });
        self.future.clear();
        true
    }

    /// Goes on with the last edit, as a stroke does that grows: the value changes, the edit stays one.
    pub fn amend(&mut self, value: T) {
        self.current = value;
    }

    /// Ends an edit that was amended; one that came back to where it began is forgotten. Returns whether it was.
    pub fn settle(&mut self) -> bool {
        let nothing = self.past.back().is_some_and(|edit| edit.value == self.current);
        if nothing {
            self.past.pop_back();
        }
        nothing
    }

    /// Takes the last edit back and returns the value before it, or `None` when there is nothing to undo.
    pub fn undo(&mut self) -> Option<&T> {
        let Edit { name, value } = self.past.pop_back()?;
        let value = std::mem::replace(&mut self.current, value);
        self.future.push(Edit { name, value });
        Some(&self.current)
    }

    /// Does the last undone edit again and returns the value after it, or `None` when there is nothing to redo.
    pub fn redo(&mut self) -> Option<&T> {
        let Edit { name, value } = self.future.pop()?;
        let value = std::mem::replace(&mut self.current, value);
        self.past.push_back(Edit { name, value });
        Some(&self.current)
    }

    /// The name of the edit that [`History::undo`] would take back.
    pub fn undo_name(&self) -> Option<&str> {
        self.past.back().map(|edit| edit.name.as_str())
    }

    /// The name of the edit that [`History::redo`] would do again.
    pub fn redo_name(&self) -> Option<&str> {
        self.future.last().map(|edit| edit.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_follow_their_edits() {
        let mut history = History::new(0);
        assert!(!history.edit("nothing", 0));
        assert!(history.edit("one", 1));
        assert!(history.edit("two", 2));
        assert_eq!(history.undo_name(), Some("two"));
        assert_eq!(history.undo(), Some(&1));
        assert_eq!((history.undo_name(), history.redo_name()), (Some("one"), Some("two")));
        assert!(history.edit("three", 3));
        assert_eq!(history.redo(), None);
        assert_eq!(history.current(), &3);
    }

    #[test]
    fn an_amended_edit_stays_one() {
        let mut history = History::new(0);
        history.edit("stroke", 1);
        history.amend(2);
        assert!(!history.settle());
        assert_eq!(history.undo(), Some(&0));
        assert_eq!(history.redo(), Some(&2));
        history.edit("stroke", 3);
        history.amend(2);
        assert!(history.settle());
        assert_eq!((*history.current(), history.undo()), (2, Some(&0)));
    }

    #[test]
    fn depth_is_bounded() {
        let mut history = History::new(0);
        for value in 1..=HISTORY_DEPTH + 5 {
            history.edit("count", value);
        }
        let mut undone = 0;
        while history.undo().is_some() {
            undone += 1;
        }
        assert_eq!((undone, *history.current()), (HISTORY_DEPTH, 5));
    }

    proptest! {
        #[test]
        fn undo_to_the_start_and_redo_to_the_end(values in prop::collection::vec(0u8..4, 0..60)) {
            let mut history = History::new(0u8);
            let mut seen = vec![0u8];
            for value in values {
                if history.edit(value.to_string(), value) {
                    seen.push(value);
                }
            }
            for value in seen.iter().rev().skip(1) {
                prop_assert_eq!(history.undo(), Some(value));
            }
            prop_assert!(history.undo().is_none());
            for value in seen.iter().skip(1) {
                let name = value.to_string();
                prop_assert_eq!(history.redo_name(), Some(name.as_str()));
                prop_assert_eq!(history.redo(), Some(value));
            }
            prop_assert!(history.redo().is_none());
        }
    }
}
