"""`python -m kansr` is `kansr`."""

from kansr.cli.main import main

if __name__ == "__main__":
    main()
