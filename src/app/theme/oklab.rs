//! A perceptual space of colours (Ottosson's OKLab): even steps in it look even.

use eframe::egui::{Color32, Rgba};

/// OKLab of an sRGB colour.
pub(super) fn oklab(color: Color32) -> [f32; 3] {
    let linear = Rgba::from(color);
    let (r, g, b) = (linear.r(), linear.g(), linear.b());
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// The sRGB colour of an OKLab triple.
pub(super) fn from_oklab([lightness, a, b]: [f32; 3]) -> Color32 {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let clamp = |v: f32| v.clamp(0.0, 1.0);
    Color32::from(Rgba::from_rgb(
        clamp(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        clamp(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
        clamp(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    ))
}
