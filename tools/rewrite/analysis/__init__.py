"""What rules may know about the code they edit."""
