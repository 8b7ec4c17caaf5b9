//! Measurements of wattproof.
