//! The window's colours, by meaning.

use super::Paint;

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ink {
    /// The slow module and z_H.
    H,
    /// The fast module, z_L, and the model's answers.
    L,
    /// The input.
    Input,
    /// Right, and halting.
    Right,
    /// Wrong.
    Wrong,
    /// Text that matters.
    Text,
    /// Text that explains.
    Secondary,
    /// What stands back.
    Faint,
    /// Thin lines.
    Hairline,
    /// Behind everything.
    Window,
    /// The ground of a picture.
    Pane,
    /// Given cells.
    Raised,
    /// One of ARC's ten colours.
    Arc(u8),
    /// A step of something ordered, 0 to [`Ink::GRADES`] less 1: from what stands back to the colour of the input.
    Grade(u8),
}

impl Ink {
    /// How many steps something ordered has.
    pub const GRADES: u8 = 4;
}

/// The colours of one theme, `0xRRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    h: u32,
    l: u32,
    input: u32,
    right: u32,
    wrong: u32,
    text: u32,
    secondary: u32,
    faint: u32,
    hairline: u32,
    window: u32,
    pane: u32,
    raised: u32,
}

impl Palette {
    /// Dark text on a light ground.
    pub const LIGHT: Self = Self {
        h: 0xB86E00,
        l: 0x0B7DB0,
        input: 0x6B4FD8,
        right: 0x128A50,
        wrong: 0xD0293B,
        text: 0x161B22,
        secondary: 0x5B6675,
        faint: 0x97A1AF,
        hairline: 0xD8DEE6,
        window: 0xEEF1F5,
        pane: 0xFFFFFF,
        raised: 0xE6EAF0,
    };
    /// Light text on a dark ground.
    pub const DARK: Self = Self {
        h: 0xF2A93B,
        l: 0x3FB6E8,
        input: 0xA48CF2,
        right: 0x45D18C,
        wrong: 0xFF6271,
        text: 0xE7EBF1,
        secondary: 0x8C96A5,
        faint: 0x56606E,
        hairline: 0x262E39,
        window: 0x0E1116,
        pane: 0x14181F,
        raised: 0x232B36,
    };

    /// One of the two.
    pub fn of(dark: bool) -> &'static Self {
        if dark { &Self::DARK } else { &Self::LIGHT }
    }

    /// The colour that a meaning has.
    pub fn paint(&self, ink: Ink) -> Paint {
        const ARC: [u32; 9] =
            [0x1E93FF, 0xF93C31, 0x4FCC30, 0xFFDC00, 0x999999, 0xE53AA3, 0xFF851B, 0x87D8F1, 0x921231];
        Paint::solid(match ink {
            Ink::H => self.h,
            Ink::L => self.l,
            Ink::Input => self.input,
            Ink::Right => self.right,
            Ink::Wrong => self.wrong,
            Ink::Text => self.text,
            Ink::Secondary => self.secondary,
            Ink::Faint => self.faint,
            Ink::Hairline => self.hairline,
            Ink::Window | Ink::Arc(0) => self.window,
            Ink::Pane => self.pane,
            Ink::Raised => self.raised,
            Ink::Grade(grade) => mix(self.faint, self.input, f32::from(grade) / f32::from(Ink::GRADES - 1)),
            Ink::Arc(colour) => ARC.get(usize::from(colour) - 1).copied().unwrap_or(self.wrong),
        })
    }
}

/// Between two colours `0xRRGGBB`, `share` from 0 to 1 of the way.
fn mix(from: u32, to: u32, share: f32) -> u32 {
    let channel = |shift: u32| {
        let [from, to] = [from, to].map(|colour| f32::from((colour >> shift) as u8));
        ((from + (to - from) * share.clamp(0.0, 1.0)).round() as u32) << shift
    };
    channel(16) | channel(8) | channel(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::theme::Theme;

    #[test]
    fn pictures_have_the_windows_colours() {
        for (palette, theme) in [(Palette::LIGHT, Theme::LIGHT), (Palette::DARK, Theme::DARK)] {
            let pairs = [
                (Ink::H, theme.h),
                (Ink::L, theme.l),
                (Ink::Input, theme.input),
                (Ink::Right, theme.right),
                (Ink::Wrong, theme.wrong),
                (Ink::Text, theme.text),
                (Ink::Secondary, theme.secondary),
                (Ink::Faint, theme.faint),
                (Ink::Hairline, theme.hairline),
                (Ink::Window, theme.window),
                (Ink::Pane, theme.pane),
                (Ink::Raised, theme.raised_more),
            ];
            let arc = (0..10).map(|colour| (Ink::Arc(colour), theme.arc(colour, false)));
            for (ink, color) in pairs.into_iter().chain(arc) {
                let [r, g, b] = [color.r(), color.g(), color.b()].map(u32::from);
                assert_eq!(palette.paint(ink).rgb, r << 16 | g << 8 | b, "{ink:?}");
            }
        }
    }
}
