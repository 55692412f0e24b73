"""The register of interested parties at the gateway: loaded, kept up to date, searched, and asked about mandates."""
