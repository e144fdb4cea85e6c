"""The configuration of a small project: MyST, a notebook, and pages of its package that autoapi makes."""

project = "recipes"
extensions = ["myst_nb", "autoapi.extension"]
nb_execution_mode = "off"
jupyter_execute_notebooks = "off"
autoapi_dirs = ["../kitchen"]
exclude_patterns = ["parts"]
