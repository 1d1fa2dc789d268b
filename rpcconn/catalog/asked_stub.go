package catalog

func (c *Catalog) Answered(convention string, yes bool)           {}
func (c *Catalog) Asked(convention string) (answered, asked bool) { return false, false }
