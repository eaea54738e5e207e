"""What those who carry the code on run now and then: `python -m wenzheng.tools.NAME`."""
