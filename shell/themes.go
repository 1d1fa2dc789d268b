package shell

import (
	"rpcsh/shell/config"
	"rpcsh/shell/view"
)

// addThemes makes the themes of the configuration known.
func addThemes(v *view.View, c *config.Config) {
	if c == nil {
		return
	}
	for _, theme := range c.Themes() {
		own := view.OwnTheme(theme.Name)
		for _, color := range theme.Colors {
			if err := own.Set(color.Name, color.Value); err != nil {
				c.RejectColor(theme.Name, color, err.Error())
			}
		}
		if err := v.AddTheme(own); err != nil {
			c.RejectColor(theme.Name, theme.Colors[0], err.Error())
		}
	}
}
