-- Chinese prose, for both renderers: a line break in the source, or the space that pandoc wants
-- before a reference (`见 @tbl-x 与`), must not become a space between Chinese characters.

local function is_cjk(code)
  return (code >= 0x2E80 and code <= 0x9FFF) or (code >= 0xF900 and code <= 0xFAFF)
    or (code >= 0xFE30 and code <= 0xFE4F) or (code >= 0xFF00 and code <= 0xFFEF)
    or (code >= 0x20000 and code <= 0x3FFFF)
    or code == 0x2014 or code == 0x2026 or (code >= 0x2018 and code <= 0x201D)
end

local function ends_cjk(inline)
  return inline and inline.t == "Str" and is_cjk(utf8.codepoint(inline.text, utf8.offset(inline.text, -1)))
end

local function starts_cjk(inline)
  return inline and inline.t == "Str" and is_cjk(utf8.codepoint(inline.text, 1))
end

local function superfluous(before, blank, after)
  if blank.t == "SoftBreak" then
    return ends_cjk(before) and starts_cjk(after)
  end
  return blank.t == "Space" and before and after
    and ((ends_cjk(before) and after.t == "Cite") or (before.t == "Cite" and starts_cjk(after)))
end

function Inlines(inlines)
  for i = #inlines, 1, -1 do
    if superfluous(inlines[i - 1], inlines[i], inlines[i + 1]) then
      inlines:remove(i)
    end
  end
  return inlines
end
