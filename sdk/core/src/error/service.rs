//! What the service's own error names mean.
