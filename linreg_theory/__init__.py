"""What adversarial training and adversarial dropout regularise in linear regression."""
