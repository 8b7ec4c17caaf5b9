//! The store, the customer's and the supplier's acts.
