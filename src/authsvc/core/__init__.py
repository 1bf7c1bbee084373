"""Ground floor: clock, database, errors, logs and HTTP plumbing, with no word of the business."""
