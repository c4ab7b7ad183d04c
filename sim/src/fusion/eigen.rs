//! Eigenvalues of small symmetric matrices.

/// Sweeps after which a matrix is left as it is: convergence is quadratic, ten are many.
const MOST_SWEEPS: usize = 40;

/// A = V·diag(λ)·Vᵀ of a symmetric matrix.
#[derive(Debug, Clone)]
pub(super) struct Eigen {
    size: usize,
    /// λ, in no order.
    values: Vec<f64>,
    /// V row by row: column j belongs to value j.
    vectors: Vec<f64>,
}

impl Eigen {
    /// By the cyclic method of Jacobi (Golub & Van Loan, Matrix Computations, 4th ed., section 8.5): rotations
    /// that make one pair of elements zero after the other. Ensembles have tens of members, for which it is
    /// quick, and it needs nothing but IEEE's operations, so that every platform gives the same bits.
    pub(super) fn of(size: usize, mut matrix: Vec<f64>) -> Self {
        let mut vectors = vec![0.0; size * size];
        (0..size).for_each(|i| vectors[i * size + i] = 1.0);
        let norm: f64 = matrix.iter().map(|a| a * a).sum();
        for _ in 0..MOST_SWEEPS {
            let pairs = (0..size).flat_map(|p| (p + 1..size).map(move |q| (p, q)));
            let off: f64 = pairs.clone().map(|(p, q)| matrix[p * size + q].powi(2)).sum();
            if off <= f64::EPSILON * f64::EPSILON * norm {
                break;
            }
            for (p, q) in pairs {
                rotate(&mut matrix, &mut vectors, size, (p, q));
            }
        }
        let values = (0..size).map(|i| matrix[i * size + i]).collect();
        Self { size, values, vectors }
    }

    /// V·diag(f(λ))·Vᵀ, row by row.
    pub(super) fn function(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let scaled: Vec<f64> = self.values.iter().map(|value| f(*value)).collect();
        let row = |i: usize| &self.vectors[i * self.size..][..self.size];
        let element = |i: usize, j: usize| -> f64 {
            row(i).iter().zip(row(j)).zip(&scaled).map(|((a, b), f)| a * b * f).sum()
        };
        (0..self.size * self.size).map(|at| element(at / self.size, at % self.size)).collect()
    }
}

/// Makes the elements (p, q) and (q, p) zero: A ← JᵀAJ, V ← VJ.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, (p, q): (usize, usize)) {
    let apq = matrix[p * size + q];
    if apq == 0.0 {
        return;
    }
    let tau = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * apq);
    let t = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    let s = t * c;
    let turn = |field: &mut [f64], a: usize, b: usize| {
        let (x, y) = (field[a], field[b]);
        (field[a], field[b]) = (c * x - s * y, s * x + c * y);
    };
    for k in 0..size {
        turn(matrix, k * size + p, k * size + q);
    }
    for k in 0..size {
        turn(matrix, p * size + k, q * size + k);
        turn(vectors, k * size + p, k * size + q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_difference_has_the_eigenvalues_of_the_textbook() {
        const SIZE: usize = 24;
        let element = |at: usize| match (at / SIZE).abs_diff(at % SIZE) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let matrix: Vec<f64> = (0..SIZE * SIZE).map(element).collect();
        let eigen = Eigen::of(SIZE, matrix.clone());
        let mut values = eigen.values.clone();
        values.sort_by(f64::total_cmp);
        for (k, value) in values.iter().enumerate() {
            let angle = (k + 1) as f64 * std::f64::consts::PI / (2.0 * (SIZE as f64 + 1.0));
            // λ = 4·sin²(kπ / 2(n + 1)).
            assert!((value - 4.0 * angle.sin().powi(2)).abs() < 1e-13, "{k}: {value}");
        }
        let again = eigen.function(|value| value);
        let worst = again.iter().zip(&matrix).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-13, "V·diag(λ)·Vᵀ is the matrix: {worst}");
    }

    #[test]
    fn the_root_of_a_matrix_with_equal_eigenvalues_is_found() {
        let root =
            Eigen::of(3, vec![4.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 9.0]).function(f64::sqrt);
        assert_eq!(root, [2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0]);
    }
}
