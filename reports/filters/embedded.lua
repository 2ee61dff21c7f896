-- What Quarto does to a page after execution, for the embedded renderer: conditional content, the
-- `meta` and `pagebreak` shortcodes, heading numbers, cross-references, callouts.  Words and options
-- come in the metadata key `liandong-options`.  Anything that cannot be resolved is reported on
-- standard error as `liandong:<kind>:<name>` and stops pandoc; the caller finds the line.

local FORMAT_NAME = ({ html5 = "html", html = "html", typst = "typst", docx = "docx" })[FORMAT]
local NBSP = "\u{a0}"
local FLOATS = { fig = { cap = "bottom", style = "Image Caption" }, tbl = { cap = "top", style = "Table Caption" } }
local CALLOUTS = { note = "2F6F73", tip = "3E7C59", warning = "9A6414", important = "A23B3B", caution = "B5562B" }
local TINTS = { note = "EEF5F5", tip = "EFF6F1", warning = "FBF5E8", important = "FAEFEF", caution = "FBF1EB" }

local options, meta
local entries = {}

local function stop(kind, name)
  io.stderr:write("liandong:" .. kind .. ":" .. name .. "\n")
  os.exit(83)
end

local function word(key)
  return pandoc.utils.stringify(options.words[key])
end

local function typst(text) return pandoc.RawInline("typst", text) end
local function openxml(text) return pandoc.RawBlock("openxml", text) end

-- metadata ---------------------------------------------------------------------------------

local function lookup(path)
  local value = meta
  for key in path:gmatch("[^.]+") do
    if type(value) ~= "table" then return nil end
    value = value[key]
  end
  return value
end

local function read_meta(m)
  options, meta = m["liandong-options"], m
  local authors = m.author
  if authors and not m["by-author"] then
    if pandoc.utils.type(authors) ~= "List" then authors = { authors } end
    m["by-author"] = pandoc.List(authors):map(function(name) return { name = { literal = name } } end)
  end
  m.labels = { authors = m["author-title"] or options.words.authors, published = options.words.published }
  m["toc-title"] = m["toc-title"] or options.words["toc-title"]
  -- The DOCX writer would print a heading of its own for its own table of contents.
  if FORMAT_NAME == "docx" then m.toc = nil end
  if not m.pagetitle and m.title then m.pagetitle = pandoc.utils.stringify(m.title) end
  return m
end

-- conditional content and shortcodes -------------------------------------------------------

local function holds(attributes)
  local function truth(path) return lookup(path) == true end
  local function here(name) return name == FORMAT_NAME end
  local tests = {
    ["when-meta"] = truth, ["when-format"] = here,
    ["unless-meta"] = function(v) return not truth(v) end,
    ["unless-format"] = function(v) return not here(v) end,
  }
  for key, test in pairs(tests) do
    if attributes[key] and not test(attributes[key]) then return false end
  end
  return true
end

local function conditional(div)
  local visible = div.classes:includes("content-visible")
  if visible or div.classes:includes("content-hidden") then
    if holds(div.attributes) == visible then return div.content end
    return {}, false
  end
end

local PAGE_BREAK = {
  html = '<div style="page-break-after: always;"></div>',
  typst = "#pagebreak()",
  openxml = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
}

local function page_break(div)
  if div.classes:includes("liandong-pagebreak") then
    local format = FORMAT_NAME == "docx" and "openxml" or FORMAT_NAME
    return pandoc.RawBlock(format, PAGE_BREAK[format])
  end
end

local function meta_shortcode(span)
  local key = span.attributes["liandong-meta"]
  if not key then return nil end
  local value = lookup(key)
  if value == nil then stop("meta", key) end
  local kind = pandoc.utils.type(value)
  if kind == "Inlines" then return value end
  return pandoc.Inlines(pandoc.Str(pandoc.utils.stringify(value)))
end

-- headings ---------------------------------------------------------------------------------

local function heading_levels(blocks)
  local top = 7
  for _, block in ipairs(blocks) do
    if block.t == "Header" then top = math.min(top, block.level) end
  end
  return top
end

local function number_heading(header, counters, top)
  local depth = header.level - top + 1
  if not options["number-sections"] or header.classes:includes("unnumbered") then return nil end
  if depth > tonumber(pandoc.utils.stringify(options["number-depth"])) then return nil end
  counters[depth] = (counters[depth] or 0) + 1
  for deeper = depth + 1, 7 do counters[deeper] = 0 end
  local parts = {}
  for i = 1, depth do parts[i] = tostring(counters[i] or 0) end
  return table.concat(parts, ".")
end

local function print_heading_number(header, number)
  if FORMAT_NAME == "html" then
    header.attributes["data-number"] = number
    header.content:insert(1, pandoc.Space())
    header.content:insert(1, pandoc.Span(number, { class = "header-section-number" }))
  elseif FORMAT_NAME == "docx" then
    header.content:insert(1, pandoc.RawInline("openxml", "<w:r><w:tab/></w:r>"))
    header.content:insert(1, pandoc.Span(number, { ["custom-style"] = "Section Number" }))
  end
end

local function headings(blocks)
  local top, counters = heading_levels(blocks), {}
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      local number = number_heading(block, counters, top)
      -- Quarto takes any other name for that of a publication.
      if block.identifier:find("^sec%-") then entries[block.identifier] = { kind = "sec", number = number } end
      if number then
        print_heading_number(block, number)
      elseif not block.classes:includes("unnumbered") then
        block.classes:insert("unnumbered")
      end
      if FORMAT_NAME ~= "html" then block.level = block.level - top + 1 end
    end
  end
  return blocks
end

-- floats -----------------------------------------------------------------------------------

local counts = { fig = 0, tbl = 0 }

local function enter(identifier)
  local kind = identifier:match("^(%a+)-")
  counts[kind] = counts[kind] + 1
  if entries[identifier] then stop("duplicate", identifier) end
  entries[identifier] = { kind = kind, number = tostring(counts[kind]) }
  return kind, entries[identifier].number
end

local function label(kind, number)
  local words = word(kind .. "-title") .. NBSP .. number .. word("title-delim")
  local attributes = FORMAT_NAME == "docx" and { ["custom-style"] = "Caption Label" } or { class = "float-label" }
  return pandoc.Inlines({ pandoc.Span(words, attributes), pandoc.Space() })
end

local function html_float(identifier, kind, content, caption)
  local cap = FLOATS[kind].cap
  local id = identifier .. "-caption"
  local figcaption = pandoc.Blocks({
    pandoc.RawBlock("html", ('<figcaption id="%s" class="quarto-float-caption-%s quarto-float-caption quarto-float-%s">')
      :format(id, cap, kind)),
    pandoc.Plain(caption),
    pandoc.RawBlock("html", "</figcaption>"),
  })
  -- A wide table scrolls in its frame, which a keyboard must be able to reach. A list, because a Lua table has no
  -- order and the bytes would differ from run to run.
  -- Tables that a cell prints have a frame of their own inside.
  local own = kind == "tbl" and content:find_if(function(block) return block.t == "Table" end)
  local attributes = own and { { "role", "group" }, { "tabindex", "0" }, { "aria-labelledby", id } } or {}
  local inner = pandoc.Blocks({ pandoc.Div(content, pandoc.Attr("", { "quarto-float-content" }, attributes)) })
  local figure = pandoc.Blocks({ pandoc.RawBlock("html", ('<figure class="quarto-float quarto-float-%s">'):format(kind)) })
  figure:extend(cap == "top" and figcaption or inner)
  figure:extend(cap == "top" and inner or figcaption)
  figure:insert(pandoc.RawBlock("html", "</figure>"))
  return pandoc.Div(figure, { id = identifier, class = "quarto-float" .. (kind == "fig" and " quarto-figure" or "") })
end

local function typst_float(identifier, kind, content, caption)
  local result = pandoc.Blocks({ pandoc.RawBlock("typst", "#figure([") })
  result:extend(content)
  result:insert(pandoc.RawBlock("typst", "], caption: figure.caption(position: " .. FLOATS[kind].cap .. ", ["))
  result:insert(pandoc.Plain(caption))
  result:insert(pandoc.RawBlock("typst", ('\n]), kind: "quarto-float-%s", supplement: "%s", numbering: "1")\n<%s>\n')
    :format(kind, word(kind .. "-title"), identifier)))
  return result
end

local function docx_float(identifier, kind, content, caption)
  local paragraph = pandoc.Div(pandoc.Para(caption), { ["custom-style"] = FLOATS[kind].style })
  local blocks = pandoc.Blocks(content)
  if kind == "fig" then
    blocks = pandoc.Blocks({ pandoc.Div(blocks:walk({
      Plain = function(plain) return pandoc.Para(plain.content) end,
    }), { ["custom-style"] = "Captioned Figure" }) })
    blocks:insert(paragraph)
  else
    blocks:insert(1, paragraph)
  end
  return pandoc.Div(blocks, { id = identifier })
end

local WRITERS = { html = html_float, typst = typst_float, docx = docx_float }

local function float(identifier, content, caption)
  local kind, number = enter(identifier)
  if FORMAT_NAME ~= "typst" then
    local whole = label(kind, number)
    whole:extend(caption)
    caption = whole
  end
  return WRITERS[FORMAT_NAME](identifier, kind, content, caption)
end

local function is_float(identifier)
  return FLOATS[identifier:match("^(%a+)-") or ""] ~= nil
end

local function float_div(div)
  if not is_float(div.identifier) then return nil end
  local last = div.content[#div.content]
  if #div.content < 2 or (last.t ~= "Para" and last.t ~= "Plain") then stop("caption", div.identifier) end
  local content = pandoc.Blocks(div.content)
  content:remove(#content)
  return float(div.identifier, content, last.content), false
end

local function float_figure(figure)
  if not is_float(figure.identifier) then return nil end
  local caption = pandoc.utils.blocks_to_inlines(figure.caption.long)
  return float(figure.identifier, figure.content, caption), false
end

local function float_table(tbl)
  if not is_float(tbl.identifier) then return nil end
  local identifier = tbl.identifier
  local caption = pandoc.utils.blocks_to_inlines(tbl.caption.long)
  tbl.identifier, tbl.caption = "", pandoc.Caption()
  return float(identifier, pandoc.Blocks({ tbl }), caption), false
end

local function image(img)
  local alt = img.attributes["fig-alt"]
  if alt then
    img.attributes["fig-alt"] = nil
    img.caption = pandoc.Inlines(pandoc.Str(alt))
  end
  if alt and FORMAT_NAME == "typst" then
    -- pandoc's writer drops the alternative text
    local text = alt:gsub("\\", "\\\\"):gsub('"', '\\"')
    return pandoc.Inlines({ typst('#[#set image(alt: "' .. text .. '");'), img, typst("]") })
  end
  return img
end

-- references -------------------------------------------------------------------------------

local function reference(citation)
  local entry = entries[citation.id]
  if not entry or (entry.kind == "sec" and not entry.number) then stop("reference", citation.id) end
  local words = pandoc.Inlines({})
  if #citation.prefix > 0 then
    words:extend(citation.prefix)
  elseif citation.mode ~= "SuppressAuthor" then
    words:insert(pandoc.Str(word(entry.kind .. "-prefix")))
  end
  if FORMAT_NAME == "typst" then
    return pandoc.Inlines({ typst("#ref(<" .. citation.id .. ">, supplement: ["), pandoc.Span(words), typst("])") })
  end
  if #words > 0 then words:insert(pandoc.Str(NBSP)) end
  words:insert(pandoc.Str(entry.number))
  return pandoc.Inlines({ pandoc.Link(words, "#" .. citation.id, "", { class = "quarto-xref" }) })
end

local function references(cite)
  local result = pandoc.Inlines({})
  for i, citation in ipairs(cite.citations) do
    if i > 1 then result:extend({ pandoc.Str(word("ref-delim")), pandoc.Space() }) end
    result:extend(reference(citation))
  end
  return result
end

-- callouts ---------------------------------------------------------------------------------

local function html_callout(kind, title, content)
  return pandoc.Div({
    pandoc.Div({ pandoc.Div(pandoc.Plain(title), { class = "callout-title-container" }) }, { class = "callout-header" }),
    pandoc.Div(content, { class = "callout-body-container callout-body" }),
  }, { class = "callout callout-style-default callout-" .. kind .. " callout-titled", role = "note" })
end

local function typst_callout(kind, title, content)
  local result = pandoc.Blocks({ pandoc.RawBlock("typst", "#callout(title: [") })
  result:insert(pandoc.Plain(title))
  result:insert(pandoc.RawBlock("typst", '], icon_color: rgb("#' .. CALLOUTS[kind] .. '"), body: ['))
  result:extend(content)
  result:insert(pandoc.RawBlock("typst", "])\n"))
  return result
end

local function docx_callout(kind, title, content)
  local border = '<w:%s w:val="single" w:sz="%d" w:space="0" w:color="%s"/>'
  local start = '<w:tbl><w:tblPr><w:tblW w:w="9298" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>'
    .. border:format("left", 24, CALLOUTS[kind])
    .. '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="80" w:type="dxa"/>'
    .. '<w:left w:w="200" w:type="dxa"/><w:bottom w:w="80" w:type="dxa"/><w:right w:w="200" w:type="dxa"/>'
    .. '</w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="9298"/></w:tblGrid>'
    .. '<w:tr><w:tc><w:tcPr><w:tcW w:w="9298" w:type="dxa"/><w:shd w:val="clear" w:color="auto" w:fill="'
    .. TINTS[kind] .. '"/></w:tcPr>'
  local result = pandoc.Blocks({ openxml(start) })
  result:insert(pandoc.Div(pandoc.Para(title), { ["custom-style"] = "Callout " .. kind }))
  result:insert(pandoc.Div(content, { ["custom-style"] = "Callout Text" }))
  -- A table cell must end with a paragraph, and two tables with nothing between them would merge.
  local last = content[#content]
  if last and (last.t == "Table" or last.t == "RawBlock" or last.t == "Div") then result:insert(openxml("<w:p/>")) end
  result:insert(openxml('</w:tc></w:tr></w:tbl><w:p><w:pPr><w:pStyle w:val="Spacer"/></w:pPr></w:p>'))
  return result
end

local CALLOUT_WRITERS = { html = html_callout, typst = typst_callout, docx = docx_callout }

local function callout(div)
  for kind in pairs(CALLOUTS) do
    if div.classes:includes("callout-" .. kind) then
      local content, title = pandoc.Blocks(div.content), pandoc.Inlines(word("callout-" .. kind))
      if div.attributes.title then
        title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title, "markdown-raw_html-raw_tex").blocks)
      elseif content[1] and content[1].t == "Header" then
        title = content[1].content
        content:remove(1)
      end
      return CALLOUT_WRITERS[FORMAT_NAME](kind, title, content)
    end
  end
end

-- tabs: every heading of the first one's level begins one. On paper they are sections without a number, as the contents
-- would otherwise differ from format to format.

local tabsets = 0

local function html_panel(tab, number)
  local id = tab.heading.identifier
  if id == "" then id = "tabset-" .. tabsets .. "-" .. number end
  local level = tab.heading.level
  local blocks = pandoc.Blocks({
    pandoc.RawBlock("html", '<h' .. level .. ' class="ld-panel-title">'),
    pandoc.Plain(tab.heading.content),
    pandoc.RawBlock("html", "</h" .. level .. ">"),
  })
  blocks:extend(tab.content)
  return pandoc.Div(blocks, { id = id, class = "ld-panel" })
end

local function tabset(div)
  if not div.classes:includes("panel-tabset") then return nil end
  local tabs, level = pandoc.List({}), nil
  for _, block in ipairs(div.content) do
    if block.t == "Header" and (not level or block.level == level) then
      level = block.level
      tabs:insert({ heading = block, content = pandoc.Blocks({}) })
    elseif #tabs == 0 then
      stop("tabset", "panel-tabset")
    else
      tabs[#tabs].content:insert(block)
    end
  end
  tabsets = tabsets + 1
  local blocks = pandoc.Blocks({})
  for number, tab in ipairs(tabs) do
    if FORMAT_NAME == "html" then
      blocks:insert(html_panel(tab, number))
    else
      tab.heading.classes = { "unnumbered", "unlisted" }
      blocks:insert(tab.heading)
      blocks:extend(tab.content)
    end
  end
  if FORMAT_NAME == "html" then return pandoc.Div(blocks, { class = "panel-tabset" }) end
  return blocks
end

-- the DOCX table of contents: entries are written now, so that nothing waits to be updated ---

local function docx_contents(blocks, depth)
  local lines = pandoc.Blocks({})
  for _, block in ipairs(blocks) do
    if block.t == "Header" and block.level <= depth and not block.classes:includes("unlisted") then
      local text = block.content:walk({ Note = function() return {} end })
      local link = pandoc.Link(text, "#" .. block.identifier)
      lines:insert(pandoc.Div(pandoc.Para({ link }), { ["custom-style"] = "TOC " .. block.level }))
    end
  end
  if #lines == 0 then return lines end
  local field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-'
    .. depth .. '" \\n \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
  lines[1].content[1].content:insert(1, pandoc.RawInline("openxml", field))
  lines[#lines].content[1].content:insert(pandoc.RawInline("openxml", '<w:r><w:fldChar w:fldCharType="end"/></w:r>'))
  lines:insert(1, pandoc.Div(pandoc.Para(meta["toc-title"]), { ["custom-style"] = "TOC Heading" }))
  lines:insert(openxml(PAGE_BREAK.openxml))
  return lines
end

-- DOCX: what stands before the text, and Chinese emphasis by family, not by a false bold ------

local function docx_front(blocks)
  local front = pandoc.Blocks({})
  if meta["running-note"] then
    front:insert(pandoc.Div(pandoc.Para(meta["running-note"]), { ["custom-style"] = "Running Note" }))
  end
  if options.toc then front:extend(docx_contents(blocks, tonumber(pandoc.utils.stringify(options["toc-depth"])))) end
  return front
end

local function docx_emphasis(style)
  return function(inline) return pandoc.Span(inline.content, { ["custom-style"] = style }) end
end

local function docx_table(tbl)
  return tbl:walk({
    Plain = function(plain) return pandoc.Div(pandoc.Para(plain.content), { ["custom-style"] = "Table Text" }) end,
  })
end

-- Rules above and below a table that is written in Markdown.
local function typst_table(tbl)
  return { pandoc.RawBlock("typst", "#block(stroke: (top: 0.8pt + ink, bottom: 0.8pt + ink))["), tbl,
    pandoc.RawBlock("typst", "]") }
end

-- Typst reads --, ---, ..., -? and a minus before a digit as other signs, and pandoc leaves them as they are. As a
-- string they are what they are; the semicolon keeps what follows from being taken for an argument.
local function next_shorthand(text, from)
  local first, last
  for _, pattern in ipairs({ "%-%-+", "%-%?", "%.%.%.+", "%f[%w%-]%-%f[%d]", "^%-%f[%d]" }) do
    local a, b = text:find(pattern, from)
    if a and (not first or a < first) then first, last = a, b end
  end
  return first, last
end

local function literal(str)
  local first, last = next_shorthand(str.text, 1)
  if not first then return nil end
  local parts, from = pandoc.Inlines({}), 1
  while first do
    if first > from then parts:insert(pandoc.Str(str.text:sub(from, first - 1))) end
    parts:insert(typst('#"' .. str.text:sub(first, last) .. '";'))
    from = last + 1
    first, last = next_shorthand(str.text, from)
  end
  if from <= #str.text then parts:insert(pandoc.Str(str.text:sub(from))) end
  return parts
end

-- the passes -------------------------------------------------------------------------------

local RAW = ({ html = "html", typst = "typst", docx = "openxml" })[FORMAT_NAME]

-- Raw blocks of the other formats go first: pandoc would drop them, but a float must count its content.
local function foreign(raw)
  if raw.format ~= RAW then return {} end
end

function Pandoc(doc)
  doc.meta = read_meta(doc.meta)
  doc = doc:walk({ Div = conditional }) -- from the inside out, so that one may stand in another
  doc = doc:walk({ Span = meta_shortcode, RawBlock = foreign, RawInline = foreign })
  doc = doc:walk({ Div = callout })
  doc.blocks = headings(doc.blocks) -- those of a tabset are inside its div: they get no number
  doc = doc:walk({ Div = tabset })
  doc = doc:walk({ Image = image })
  doc = doc:walk({ traverse = "topdown", Div = float_div, Figure = float_figure, Table = float_table })
  doc = doc:walk({ Cite = references, Div = page_break })
  if FORMAT_NAME == "docx" then
    local front = docx_front(doc.blocks)
    front:extend(doc.blocks)
    doc.blocks = front
    doc = doc:walk({ Table = docx_table })
    if pandoc.utils.stringify(doc.meta.lang):sub(1, 2) == "zh" then
      doc = doc:walk({ Strong = docx_emphasis("Strong Text"), Emph = docx_emphasis("Emphasis Text") })
    end
  elseif FORMAT_NAME == "typst" then
    doc = doc:walk({ Table = typst_table, Str = literal })
  end
  return doc
end
