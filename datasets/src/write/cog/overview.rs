//! Overviews: each level is the one above at half the resolution.

use rayon::prelude::*;

/// A level in the making.
pub(super) struct Level {
    pub(super) cols: usize,
    pub(super) rows: usize,
    pub(super) values: Vec<f32>,
}

/// Halves a level by averages weighted by area, leaving out cells without data.
///
/// Both levels cover the same ground, as TIFF readers take it; so where an edge is odd a new cell
/// is a little less than two old ones wide, and reaches into up to three.
pub(super) fn halve(values: &[f32], cols: usize, rows: usize) -> Level {
    let (new_cols, new_rows) = (cols.div_ceil(2), rows.div_ceil(2));
    let across = weights(cols, new_cols);
    let down = weights(rows, new_rows);
    let mut halved = vec![f32::NAN; new_cols * new_rows];
    halved.par_chunks_mut(new_cols).zip(&down).for_each(|(line, rows_in)| {
        for (cell, cols_in) in line.iter_mut().zip(&across) {
            *cell = average(values, cols, cols_in, rows_in);
        }
    });
    Level { cols: new_cols, rows: new_rows, values: halved }
}

fn average(values: &[f32], cols: usize, cols_in: &[(usize, f64)], rows_in: &[(usize, f64)]) -> f32 {
    let (mut sum, mut area) = (0.0, 0.0);
    for (row, height) in rows_in {
        for (col, width) in cols_in {
            let value = values[row * cols + col];
            if !value.is_nan() {
                sum += f64::from(value) * width * height;
                area += width * height;
            }
        }
    }
    if area > 0.0 { (sum / area) as f32 } else { f32::NAN }
}

/// For each new cell, the old ones under it with the length that they share.
fn weights(old: usize, new: usize) -> Vec<Vec<(usize, f64)>> {
    let ratio = old as f64 / new as f64;
    let shares = |i: usize| {
        let (begin, end) = (i as f64 * ratio, (i + 1) as f64 * ratio);
        let last = (end.ceil() as usize).min(old);
        (begin as usize..last)
            .map(|cell| (cell, (end.min((cell + 1) as f64) - begin.max(cell as f64)).max(0.0)))
            .filter(|(_, share)| *share > 1e-9)
            .collect()
    };
    (0..new).map(shares).collect()
}

#[cfg(test)]
mod tests {
    use super::halve;

    #[test]
    fn averages_keep_the_mean_and_leave_out_gaps() {
        let even = halve(&[1.0, 3.0, f32::NAN, 7.0], 2, 2);
        assert_eq!(even.values, [11.0 / 3.0]);
        // Five cells become three of 5/3 each: the mean stays.
        let odd = halve(&[1.0, 2.0, 3.0, 4.0, 5.0], 5, 1);
        assert_eq!((odd.cols, odd.rows), (3, 1));
        let mean = odd.values.iter().sum::<f32>() / 3.0;
        assert!((mean - 3.0).abs() < 1e-6, "{:?}", odd.values);
        assert!(halve(&[f32::NAN; 4], 2, 2).values[0].is_nan());
    }
}
