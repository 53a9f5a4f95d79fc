"""Measures bucket mounts beside curl, rclone and s3fs."""
