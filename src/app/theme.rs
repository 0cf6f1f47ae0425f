//! All colours, fonts and measures. One colour has one meaning everywhere: H amber, L blue, the input violet, halting
//! and right green, wrong red, the rest greys.

mod oklab;

use std::sync::{Arc, LazyLock};

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke, Style, TextStyle,
    Visuals, vec2,
};
use lucide_icons::{Icon, LUCIDE_FONT_BYTES};
use serde::{Deserialize, Serialize};

use crate::trace::Module;
use oklab::{from_oklab, oklab};

/// The inner margin of a pane, points.
pub const PADDING: f32 = 12.0;
/// The height of a row in a list, points.
pub const ROW: f32 = 28.0;
/// The corner radius of controls, points.
pub const RADIUS: u8 = 6;
/// The corner radius of cards, points.
pub const CARD_RADIUS: u8 = 8;
/// How long menus and tooltips take to come and go, seconds.
const FADING: f32 = 0.15;
/// A prediction is never fainter than this, so that it can be read.
pub const LEAST_OPACITY: f32 = 0.3;
/// Values of a state beyond this are drawn like this one; a state's root mean square is 1.
pub const HEAT_RANGE: f32 = 2.5;

/// Which colours the window wears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// What the desktop says.
    #[default]
    System,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

impl ThemeChoice {
    /// What egui calls it.
    pub fn preference(self) -> egui::ThemePreference {
        match self {
            Self::System => egui::ThemePreference::System,
            Self::Dark => egui::ThemePreference::Dark,
            Self::Light => egui::ThemePreference::Light,
        }
    }
}

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Light text on a dark ground.
    pub dark: bool,
    /// Behind everything.
    pub window: Color32,
    /// The ground of a pane.
    pub pane: Color32,
    /// Cards and controls.
    pub raised: Color32,
    /// Given cells, hovered controls.
    pub raised_more: Color32,
    /// Thin lines.
    pub hairline: Color32,
    /// Text that matters.
    pub text: Color32,
    /// Text that explains.
    pub secondary: Color32,
    /// Text and marks that stand back.
    pub faint: Color32,
    /// The slow module and z_H.
    pub h: Color32,
    /// The fast module, z_L, and the model's answers.
    pub l: Color32,
    /// The input.
    pub input: Color32,
    /// Right, and halting.
    pub right: Color32,
    /// Wrong.
    pub wrong: Color32,
    /// Text on a filled L, H or halt mark.
    pub on_accent: Color32,
    /// What dims the window under an overlay.
    pub veil: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

impl Theme {
    /// The dark theme.
    pub const DARK: Self = Self {
        dark: true,
        window: rgb(0x0E1116),
        pane: rgb(0x14181F),
        raised: rgb(0x1B212A),
        raised_more: rgb(0x232B36),
        hairline: rgb(0x262E39),
        text: rgb(0xE7EBF1),
        secondary: rgb(0x8C96A5),
        faint: rgb(0x56606E),
        h: rgb(0xF2A93B),
        l: rgb(0x3FB6E8),
        input: rgb(0xA48CF2),
        right: rgb(0x45D18C),
        wrong: rgb(0xFF6271),
        on_accent: rgb(0x0E1116),
        veil: Color32::from_black_alpha(170),
    };

    /// The light theme.
    pub const LIGHT: Self = Self {
        dark: false,
        window: rgb(0xEEF1F5),
        pane: rgb(0xFFFFFF),
        raised: rgb(0xF4F6F9),
        raised_more: rgb(0xE6EAF0),
        hairline: rgb(0xD8DEE6),
        text: rgb(0x161B22),
        secondary: rgb(0x5B6675),
        faint: rgb(0x97A1AF),
        h: rgb(0xB86E00),
        l: rgb(0x0B7DB0),
        input: rgb(0x6B4FD8),
        right: rgb(0x128A50),
        wrong: rgb(0xD0293B),
        on_accent: rgb(0xFFFFFF),
        veil: Color32::from_black_alpha(90),
    };

    /// The dark theme with stronger lines and texts.
    pub const DARK_CONTRAST: Self = Self {
        window: rgb(0x000000),
        pane: rgb(0x000000),
        raised: rgb(0x101418),
        raised_more: rgb(0x2A323C),
        hairline: rgb(0x8C96A5),
        text: rgb(0xFFFFFF),
        secondary: rgb(0xD5DBE3),
        faint: rgb(0xA5AEBA),
        h: rgb(0xFFBE4D),
        l: rgb(0x5CCBFF),
        input: rgb(0xC3B2FF),
        right: rgb(0x5CF0A5),
        wrong: rgb(0xFF8A95),
        on_accent: rgb(0x000000),
        ..Self::DARK
    };

    /// The light theme with stronger lines and texts.
    pub const LIGHT_CONTRAST: Self = Self {
        window: rgb(0xFFFFFF),
        pane: rgb(0xFFFFFF),
        raised: rgb(0xF7F8FA),
        raised_more: rgb(0xDCE1E8),
        hairline: rgb(0x66707E),
        text: rgb(0x000000),
        secondary: rgb(0x2B333D),
        faint: rgb(0x596371),
        h: rgb(0x7F4700),
        l: rgb(0x005A83),
        input: rgb(0x4A2FBF),
        right: rgb(0x006030),
        wrong: rgb(0xA80F22),
        ..Self::LIGHT
    };

    /// The theme for these colours of egui's.
    pub fn of(colours: egui::Theme, contrast: bool) -> &'static Self {
        match (colours, contrast) {
            (egui::Theme::Dark, false) => &Self::DARK,
            (egui::Theme::Dark, true) => &Self::DARK_CONTRAST,
            (egui::Theme::Light, false) => &Self::LIGHT,
            (egui::Theme::Light, true) => &Self::LIGHT_CONTRAST,
        }
    }

    /// A module's colour.
    pub fn module(&self, module: Module) -> Color32 {
        match module {
            Module::H => self.h,
            Module::L => self.l,
        }
    }

    /// A colour as seen through on the pane: `0` the pane, `1` the colour.
    pub fn tint(&self, color: Color32, amount: f32) -> Color32 {
        self.pane.lerp_to_gamma(color, amount.clamp(0.0, 1.0))
    }

    /// The colour of a prediction with this probability: never fainter than [`LEAST_OPACITY`].
    pub fn confidence(&self, color: Color32, ground: Color32, probability: f32) -> Color32 {
        let opacity = LEAST_OPACITY + (1.0 - LEAST_OPACITY) * probability.clamp(0.0, 1.0);
        ground.lerp_to_gamma(color, opacity)
    }

    /// The colour at a share of the way from one to another, in even steps of a perceptual space (OKLab).
    pub fn between(&self, from: Color32, to: Color32, share: f32) -> Color32 {
        let (from, to) = (oklab(from), oklab(to));
        from_oklab(std::array::from_fn(|k| from[k] + (to[k] - from[k]) * share.clamp(0.0, 1.0)))
    }

    /// What can be read on a ground: the text's colour, or the one for filled marks.
    pub fn ink_on(&self, ground: Color32) -> Color32 {
        let far = |ink: Color32| (oklab(ink)[0] - oklab(ground)[0]).abs();
        if far(self.text) >= far(self.on_accent) { self.text } else { self.on_accent }
    }

    /// One of ARC's ten colours, or of ten that are told apart in all common kinds of colour blindness; 0 is the ground of
    /// a cell.
    pub fn arc(&self, colour: u8, safe: bool) -> Color32 {
        const OWN: [u32; 9] =
            [0x1E93FF, 0xF93C31, 0x4FCC30, 0xFFDC00, 0x999999, 0xE53AA3, 0xFF851B, 0x87D8F1, 0x921231];
        // Okabe and Ito's eight, and a dark violet; they differ in lightness too.
        const SAFE: [u32; 9] =
            [0x0072B2, 0xD55E00, 0x009E73, 0xF0E442, 0x9A9A9A, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x4B2A7B];
        let colours = if safe { &SAFE } else { &OWN };
        match colour.checked_sub(1) {
            Some(index) => colours.get(usize::from(index)).map_or(self.wrong, |hex| rgb(*hex)),
            None => self.window,
        }
    }

    /// The diverging map of the heat maps, from `-`[`HEAT_RANGE`] (blue) over the pane's own colour to the same amount
    /// above zero (amber): even steps in a perceptual space (OKLab).
    pub fn diverging(&self) -> &'static [Color32; 256] {
        const ALL: [&Theme; 4] = [&Theme::DARK, &Theme::DARK_CONTRAST, &Theme::LIGHT, &Theme::LIGHT_CONTRAST];
        static RAMPS: LazyLock<[[Color32; 256]; 4]> = LazyLock::new(|| ALL.map(ramp));
        &RAMPS[ALL.iter().position(|theme| *theme == self).unwrap_or(0)]
    }

    fn visuals(&self) -> Visuals {
        let mut v = if self.dark { Visuals::dark() } else { Visuals::light() };
        let round = CornerRadius::same(RADIUS);
        v.panel_fill = self.pane;
        v.window_fill = self.raised;
        v.window_stroke = Stroke::new(1.0, self.hairline);
        v.window_corner_radius = CornerRadius::same(CARD_RADIUS);
        v.menu_corner_radius = CornerRadius::same(CARD_RADIUS);
        v.extreme_bg_color = self.window;
        v.text_edit_bg_color = Some(self.raised);
        v.faint_bg_color = self.raised;
        v.code_bg_color = self.raised;
        v.warn_fg_color = self.h;
        v.error_fg_color = self.wrong;
        v.hyperlink_color = self.l;
        v.weak_text_color = Some(self.secondary);
        v.selection.bg_fill = self.raised_more.lerp_to_gamma(self.l, 0.18);
        v.selection.stroke = Stroke::new(1.0, self.text);
        v.window_shadow.color = self.veil.gamma_multiply(0.5);
        v.popup_shadow.color = self.veil.gamma_multiply(0.5);
        for (state, fill, line, text) in [
            (&mut v.widgets.noninteractive, self.pane, self.hairline, self.text),
            (&mut v.widgets.inactive, self.raised, self.hairline, self.text),
            (&mut v.widgets.hovered, self.raised_more, self.faint, self.text),
            (&mut v.widgets.active, self.raised_more, self.l, self.text),
            (&mut v.widgets.open, self.raised_more, self.faint, self.text),
        ] {
            state.bg_fill = fill;
            state.weak_bg_fill = fill;
            state.bg_stroke = Stroke::new(1.0, line);
            state.fg_stroke = Stroke::new(1.0, text);
            state.corner_radius = round;
            state.expansion = 0.0;
        }
        // The ground of a box that is not ticked is seen on every other.
        v.widgets.inactive.bg_fill = self.raised_more.lerp_to_gamma(self.faint, 0.3);
        v
    }
}

/// Text in the normal face.
pub fn text(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Text in the strong face, for titles, givens and large figures.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("bold".into()))
}

/// Positions and values.
pub fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

/// Icons.
pub fn icons(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icons".into()))
}

/// An icon as text of the icon face.
pub fn icon(icon: Icon, size: f32) -> egui::RichText {
    egui::RichText::new(char::from(icon).to_string()).font(icons(size))
}

/// Fonts, spacing and both themes.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("noto", notosans::REGULAR_TTF);
    add("noto-bold", notosans::BOLD_TTF);
    add("lucide", LUCIDE_FONT_BYTES);
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    proportional.insert(0, "noto".to_owned());
    let mut strong = proportional.clone();
    strong.insert(0, "noto-bold".to_owned());
    fonts.families.insert(FontFamily::Name("bold".into()), strong);
    fonts.families.insert(FontFamily::Name("icons".into()), vec!["lucide".to_owned()]);
    ctx.set_fonts(fonts);
    wear(ctx, false);
    ctx.all_styles_mut(measures);
}

/// Gives egui's own widgets the colours of both themes.
pub fn wear(ctx: &egui::Context, contrast: bool) {
    for colours in [egui::Theme::Dark, egui::Theme::Light] {
        ctx.set_visuals_of(colours, Theme::of(colours, contrast).visuals());
    }
}

fn measures(style: &mut Style) {
    style.text_styles = [
        (TextStyle::Body, text(13.0)),
        (TextStyle::Button, text(13.0)),
        (TextStyle::Small, text(12.0)),
        (TextStyle::Heading, bold(14.0)),
        (TextStyle::Monospace, mono(12.5)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 4.0);
    style.spacing.button_padding = vec2(8.0, 4.0);
    style.spacing.interact_size = vec2(28.0, 28.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(12);
    style.spacing.tooltip_width = 320.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.tooltip_delay = 0.35;
    style.interaction.selectable_labels = false;
    style.animation_time = FADING;
}

/// Lets menus and tooltips fade and lists glide, or nothing.
pub fn animate(ctx: &egui::Context, moves: bool) {
    let time = if moves { FADING } else { 0.0 };
    if ctx.style_of(ctx.theme()).animation_time == time {
        return;
    }
    ctx.all_styles_mut(|style| {
        style.animation_time = time;
        style.scroll_animation =
            if moves { egui::style::ScrollAnimation::default() } else { egui::style::ScrollAnimation::none() };
    });
}

fn ramp(theme: &Theme) -> [Color32; 256] {
    std::array::from_fn(|i| {
        let t = i as f32 / 127.5 - 1.0;
        theme.between(theme.pane, if t < 0.0 { theme.l } else { theme.h }, t.abs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let c = egui::Rgba::from(c);
            0.2126 * c.r() + 0.7152 * c.g() + 0.0722 * c.b()
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_its_ground() {
        for theme in [&Theme::DARK, &Theme::LIGHT] {
            for ground in [theme.pane, theme.raised] {
                assert!(contrast(theme.text, ground) > 10.0);
                assert!(contrast(theme.secondary, ground) >= 4.5, "{}", contrast(theme.secondary, ground));
            }
        }
        for theme in [&Theme::DARK_CONTRAST, &Theme::LIGHT_CONTRAST] {
            for ground in [theme.pane, theme.raised] {
                let text = [theme.text, theme.secondary, theme.h, theme.l, theme.input, theme.right, theme.wrong];
                // WCAG 2.2: 7 is its strictest grade for texts, 3 what it asks of lines.
                assert!(
                    text.iter().all(|color| contrast(*color, ground) >= 7.0),
                    "{:?}",
                    text.map(|c| contrast(c, ground))
                );
                assert!(contrast(theme.hairline, ground) >= 3.0 && contrast(theme.faint, ground) >= 4.5);
            }
        }
    }

    #[test]
    fn the_heat_map_is_neutral_at_zero_and_reaches_both_colours() {
        for theme in [&Theme::DARK, &Theme::LIGHT, &Theme::DARK_CONTRAST, &Theme::LIGHT_CONTRAST] {
            let map = theme.diverging();
            let near = |a: Color32, b: Color32| a.r().abs_diff(b.r()).max(a.b().abs_diff(b.b())) <= 3;
            assert!(near(map[0], theme.l) && near(map[255], theme.h) && near(map[127], theme.pane));
        }
    }

    #[test]
    fn what_stands_on_a_mixed_colour_can_be_read() {
        for theme in [&Theme::DARK, &Theme::LIGHT] {
            for (color, share) in [(theme.l, 0.0), (theme.l, 0.5), (theme.l, 1.0), (theme.h, 0.6), (theme.h, 1.0)] {
                let ground = theme.between(theme.pane, color, share);
                assert!(contrast(theme.ink_on(ground), ground) > 3.5, "{}", contrast(theme.ink_on(ground), ground));
            }
        }
    }

    #[test]
    fn a_prediction_is_never_invisible() {
        let theme = Theme::DARK;
        assert_eq!(theme.confidence(theme.l, theme.raised, 1.0), theme.l);
        let faint = theme.confidence(theme.l, theme.raised, 0.0);
        assert_eq!(faint, theme.raised.lerp_to_gamma(theme.l, LEAST_OPACITY));
    }
}
