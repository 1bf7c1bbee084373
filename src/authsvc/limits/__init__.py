"""How often anybody may try: limits that are on unless a setting says otherwise."""
