"""Disks of virtual machines that hang on virtio: they have a serial number, and no model."""

VIRTIO_MODEL = "Virtio disk"
"""Stands for the model, for a drive is known by its serial number and its model together."""
