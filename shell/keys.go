package shell

import (
	"rpcsh/shell/config"
	"rpcsh/shell/term"
)

// setKeys has the keys of the configuration do what it says.
func setKeys(terminal Terminal, c *config.Config) {
	t, ok := terminal.(interface{ SetKeys(does map[string]string) })
	if !ok || c == nil {
		return
	}
	does := make(map[string]string)
	for _, key := range c.Keys() {
		if err := term.CheckKeys(key.Name, key.Value); err != nil {
			c.RejectKey(key, err.Error())
			continue
		}
		does[key.Name] = key.Value
	}
	t.SetKeys(does)
}
