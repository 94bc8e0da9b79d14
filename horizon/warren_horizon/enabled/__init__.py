"""What Horizon reads: the file beside this one goes into its ``local/enabled`` folder."""
