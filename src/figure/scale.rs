//! Round numbers along an axis.

/// Round values between two, at most so many and one more.
pub fn ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    multiples(from, to, most, decimal_step)
}

/// Multiples of a step between two values, at most `most` and one more; `step` rounds up the distance that would just do.
/// Empty where there is nothing between.
pub fn multiples(from: f64, to: f64, most: usize, step: impl Fn(f64) -> f64) -> Vec<f64> {
    let span = to - from;
    if span.is_nan() || span <= 0.0 || !span.is_finite() || most == 0 {
        return Vec::new();
    }
    let step = step(span / most as f64);
    let first = (from / step - 1e-9).ceil();
    (0..=most).map(|i| (first + i as f64) * step).take_while(|value| *value <= to + step * 1e-9).collect()
}

/// The least of 1, 2, 5 times a power of ten that is not smaller.
pub fn decimal_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= raw * (1.0 - 1e-9)).unwrap_or(raw)
}

/// Values for a logarithmic axis between two powers of ten given as exponents: 1, and where there is room 2 and 5, times
/// powers of ten; round values where two of these are not in it.
pub fn log_ticks(from: f64, to: f64, most: usize) -> Vec<f64> {
    let within = |exponent: &f64| (from..=to).contains(exponent);
    let powers = from.floor() as i32..=to.ceil() as i32;
    let values = |times: &[f64]| -> Vec<f64> {
        let all = powers.clone().flat_map(|power| times.iter().map(move |t| t * 10f64.powi(power)));
        all.filter(|value| within(&value.log10())).collect()
    };
    let [dense, sparse] = [values(&[1.0, 2.0, 5.0]), values(&[1.0])];
    if dense.len() < 2 {
        // Within less than a decade hardly one of them may lie: round values say more.
        ticks(10f64.powf(from), 10f64.powf(to), most)
    } else if dense.len() <= most {
        dense
    } else if sparse.len() <= most {
        sparse
    } else {
        let every = sparse.len().div_ceil(most.max(1));
        sparse.into_iter().step_by(every).collect()
    }
}

/// A round value as short text.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 || (size > 0.0 && size < 1e-3) {
        return format!("{value:.0e}");
    }
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 1.0, 4), [0.0, 0.5, 1.0]);
        assert_eq!(ticks(-3.0, 3.0, 4), [-2.0, 0.0, 2.0]);
        assert!(ticks(1.0, 1.0, 4).is_empty() && ticks(f64::NAN, 1.0, 4).is_empty());
        assert_eq!(log_ticks(-2.0, 0.0, 4), [0.01, 0.1, 1.0]);
        assert_eq!(log_ticks(-0.3, 0.4, 6), [1.0, 2.0]);
        assert!(log_ticks(-30.0, 0.0, 4).len() <= 4);
        assert_eq!(log_ticks(0.65_f64.log10(), 1.9_f64.log10(), 4), [1.0, 1.5]);
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(0.0, "0"), (-0.0, "0"), (0.25, "0.25"), (12.0, "12"), (2e-5, "2e-5"), (5e6, "5e6")] {
            assert_eq!(number(value), text);
        }
    }
}
