//! Keys with their modifiers, as people write them, and those that a person chose instead of the usual ones.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use eframe::egui::{Key, Modifiers};
use serde::{Deserialize, Serialize};

use super::{Command, CommandId, commands};

/// What the modifier of commands is called here.
const CONTROL: &str = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// Exactly these.
    pub modifiers: Modifiers,
    /// The key.
    pub key: Key,
}

impl Shortcut {
    pub(super) const fn plain(key: Key) -> Self {
        Self { modifiers: Modifiers::NONE, key }
    }

    pub(super) const fn shift(key: Key) -> Self {
        Self { modifiers: Modifiers::SHIFT, key }
    }

    pub(super) const fn command(key: Key) -> Self {
        Self { modifiers: Modifiers::COMMAND, key }
    }

    /// The control key on every system, where the command key belongs to the desktop.
    pub(super) const fn control(key: Key, shift: bool) -> Self {
        let held = if cfg!(target_os = "macos") { Modifiers::CTRL } else { Modifiers::COMMAND };
        Self { modifiers: Modifiers { shift, ..held }, key }
    }

    pub(super) const fn command_shift(key: Key) -> Self {
        Self { modifiers: Modifiers { shift: true, ..Modifiers::COMMAND }, key }
    }

    /// What was pressed, as a shortcut. Where Ctrl is the modifier of commands it is not counted twice.
    pub fn pressed(key: Key, modifiers: Modifiers) -> Self {
        let ctrl = cfg!(target_os = "macos") && modifiers.ctrl;
        let kept = Modifiers { alt: modifiers.alt, shift: modifiers.shift, ctrl, ..Modifiers::NONE };
        Self { modifiers: Modifiers { command: modifiers.command, ..kept }, key }
    }

    /// Whether these keys are it.
    pub fn matches(self, key: Key, modifiers: Modifiers) -> bool {
        // On some keyboards brackets need AltGr or Shift.
        let bracket = matches!(self.key, Key::OpenBracket | Key::CloseBracket) && self.modifiers.is_none();
        self.key == key && ((bracket && !modifiers.command_only()) || modifiers.matches_exact(self.modifiers))
    }
}

/// `Ctrl+Shift+Z`.
impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = [
            (self.modifiers.ctrl, "Control"),
            (self.modifiers.command, CONTROL),
            (self.modifiers.alt, "Alt"),
            (self.modifiers.shift, "Shift"),
        ];
        for (_, name) in held.iter().filter(|(held, _)| *held) {
            write!(f, "{name}+")?;
        }
        f.write_str(match self.key {
            Key::ArrowLeft => "Left",
            Key::ArrowRight => "Right",
            Key::ArrowUp => "Up",
            Key::ArrowDown => "Down",
            Key::OpenBracket => "[",
            Key::CloseBracket => "]",
            Key::Equals => "=",
            Key::Minus => "-",
            Key::Backslash => "\\",
            other => other.name(),
        })
    }
}

/// A text that names no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no keys: write them as in Ctrl+Shift+Z")]
pub struct NoShortcut(String);

impl FromStr for Shortcut {
    type Err = NoShortcut;

    fn from_str(text: &str) -> Result<Self, NoShortcut> {
        let none = || NoShortcut(text.to_owned());
        let (held, key) = text.rsplit_once('+').unwrap_or(("", text));
        let mut modifiers = Modifiers::NONE;
        for name in held.split('+').filter(|name| !name.is_empty()) {
            match name {
                "Control" => modifiers.ctrl = true,
                "Alt" => modifiers.alt = true,
                "Shift" => modifiers.shift = true,
                _ if name == CONTROL => modifiers.command = true,
                _ => return Err(none()),
            }
        }
        let key = match key {
            "[" => Some(Key::OpenBracket),
            "]" => Some(Key::CloseBracket),
            "=" => Some(Key::Equals),
            "-" => Some(Key::Minus),
            "\\" => Some(Key::Backslash),
            name => Key::from_name(name),
        };
        Ok(Self { modifiers, key: key.ok_or_else(none)? })
    }
}

/// The keys that a person gave to commands; None took a command's keys away. What an older or newer version wrote and this one
/// does not know is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Shortcuts(BTreeMap<CommandId, Option<Shortcut>>);

impl Shortcuts {
    /// The keys of a command.
    pub fn of(&self, command: &Command) -> Option<Shortcut> {
        self.0.get(&command.id).copied().unwrap_or(command.shortcut)
    }

    /// The other command that has these keys.
    pub fn owner(&self, id: CommandId, keys: Shortcut) -> Option<&'static Command> {
        commands().find(|other| other.id != id && self.of(other) == Some(keys))
    }

    /// Gives keys to a command, and takes them from the one that had them, which is answered.
    pub fn give(&mut self, id: CommandId, shortcut: Option<Shortcut>) -> Option<&'static Command> {
        let before = shortcut.and_then(|keys| self.owner(id, keys));
        if let Some(before) = before {
            self.0.insert(before.id, None);
        }
        self.0.insert(id, shortcut);
        // What is as usual need not be remembered.
        self.0.retain(|id, chosen| commands().any(|command| command.id == *id && command.shortcut != *chosen));
        before
    }

    /// Whether all commands have their usual keys.
    pub fn usual(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<BTreeMap<String, String>> for Shortcuts {
    fn from(texts: BTreeMap<String, String>) -> Self {
        let known = |(name, keys): (String, String)| {
            let id = commands().map(|command| command.id).find(|id| format!("{id:?}") == name)?;
            let keys = if keys.is_empty() { None } else { Some(keys.parse().ok()?) };
            Some((id, keys))
        };
        Self(texts.into_iter().filter_map(known).collect())
    }
}

impl From<Shortcuts> for BTreeMap<String, String> {
    fn from(shortcuts: Shortcuts) -> Self {
        let text = |keys: Option<Shortcut>| keys.map(|keys| keys.to_string()).unwrap_or_default();
        shortcuts.0.into_iter().map(|(id, keys)| (format!("{id:?}"), text(keys))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    #[test]
    fn all_keys_are_read_back_as_they_are_written() {
        for key in Key::ALL {
            for bits in 0..8 {
                let modifiers =
                    Modifiers { command: bits & 1 > 0, shift: bits & 2 > 0, alt: bits & 4 > 0, ..Modifiers::NONE };
                let shortcut = Shortcut { modifiers, key: *key };
                assert_eq!(shortcut.to_string().parse(), Ok(shortcut), "{shortcut}");
                assert!(shortcut.matches(*key, modifiers));
            }
        }
        assert!("Ctrl+".parse::<Shortcut>().is_err() && "Hyper+Z".parse::<Shortcut>().is_err());
        assert!("".parse::<Shortcut>().is_err());
    }

    #[test]
    fn keys_belong_to_one_command() {
        let mut shortcuts = Shortcuts::default();
        let (undo, redo) = (command(CommandId::Undo), command(CommandId::Redo));
        let taken = shortcuts.give(CommandId::Redo, undo.shortcut);
        assert_eq!(taken.map(|command| command.id), Some(CommandId::Undo));
        assert_eq!((shortcuts.of(undo), shortcuts.of(redo)), (None, undo.shortcut));
        let text = serde_json::to_string(&shortcuts).unwrap();
        assert_eq!(serde_json::from_str::<Shortcuts>(&text).unwrap(), shortcuts);
        shortcuts.give(CommandId::Redo, redo.shortcut);
        shortcuts.give(CommandId::Undo, undo.shortcut);
        assert!(shortcuts.usual());
    }

    #[test]
    fn what_another_version_wrote_is_left_out() {
        let text = r#"{"Undo":"Ctrl+U","Fly":"Ctrl+F","Redo":"no keys","Loop":""}"#.replace("Ctrl", CONTROL);
        let shortcuts: Shortcuts = serde_json::from_str(&text).unwrap();
        let keys = |id| shortcuts.of(command(id)).map(|keys| keys.to_string());
        assert_eq!(keys(CommandId::Undo), Some(format!("{CONTROL}+U")));
        assert_eq!(keys(CommandId::Redo), Some(format!("{CONTROL}+Shift+Z")));
        assert_eq!(keys(CommandId::Loop), None);
    }
}
