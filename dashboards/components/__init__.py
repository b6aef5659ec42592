"""Parts of a page: escaped HTML partials, icons, pickers and the frame around them."""
