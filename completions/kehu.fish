complete --keep-order --exclusive --command kehu --arguments "(COMPLETE=fish kehu -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
