//! `Menu`: where the cursor stands in a list of lines that all fit into memory, and which of them are in sight.

/// A cursor in so many lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Menu {
    pub cursor: usize,
    pub length: usize,
}

impl Menu {
    /// Moves the cursor within the lines.
    pub fn step(&mut self, by: i64) {
        let last = i64::try_from(self.length.saturating_sub(1)).unwrap_or(i64::MAX);
        let to = i64::try_from(self.cursor).unwrap_or(0).saturating_add(by).clamp(0, last);
        self.cursor = usize::try_from(to).unwrap_or_default();
    }

    /// From now on there are so many lines.
    pub fn resize(&mut self, length: usize) {
        self.length = length;
        self.cursor = self.cursor.min(length.saturating_sub(1));
    }

    /// The first line in sight where so many fit.
    #[must_use]
    pub fn top(&self, height: usize) -> usize {
        let height = height.max(1);
        let most = self.length.saturating_sub(height);
        self.cursor.saturating_sub(height / 2).min(most)
    }
}
