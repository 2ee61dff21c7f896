-- Paths in the metadata, for both renderers. A template prints metadata as text, with escapes that a path in a Typst
-- string cannot have: `my_logo.svg` would become `my\_logo.svg`. As raw Typst it is what it is.

local PATHS = { "house-logo" }

function Meta(meta)
  if FORMAT ~= "typst" then return nil end
  for _, key in ipairs(PATHS) do
    if meta[key] then
      local path = pandoc.utils.stringify(meta[key]):gsub("[\\\"]", "\\%0")
      meta[key] = pandoc.Inlines({ pandoc.RawInline("typst", path) })
    end
  end
  return meta
end
