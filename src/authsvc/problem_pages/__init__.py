"""The text behind each problem's `type`."""
