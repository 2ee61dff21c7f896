-- Where each number comes from. The text's numbers are spans of the class `ld-number` whose attributes name table,
-- row, column and value. In HTML a reader opens them there; in every format a div of the class `ld-numbers` becomes a
-- table of them, made from the spans that the document really shows, in the order of the text, and a table of the
-- files behind them with their hashes, which the page's opening holds as JSON. It runs before anything else has
-- happened to the document, under either renderer, so it leaves out hidden content itself.

local FORMAT_NAME = ({ html5 = "html", html = "html", typst = "typst", docx = "docx" })[FORMAT] or FORMAT
local WORDS = {
  zh = { number = "数字", sections = "章节", source = "数据表、行、列", value = "精确值", n = "n", join = "、",
    front = "首页", file = "文件", hash = "SHA-256", inputs = "数据 ", manifest = "本表所列哈希值的出处", numbers = "数字的出处",
    files = "文件与哈希值" },
  en = { number = "Number", sections = "Section", source = "Table, row, column", value = "Exact value", n = "n",
    join = ", ", front = "Front", file = "File", hash = "SHA-256", inputs = "data ", manifest = "where these hashes are listed",
    numbers = "Where each number comes from", files = "Files and hashes" },
}
local FORMS = {
  zh = { percent = "×100", absolute = "不带符号", ratio = "前者除以后者", counted = "计数", bound = "上限",
    singles = "×10,000", millions = "÷100",
    date = "日期" },
  en = { percent = "×100", absolute = "sign dropped", ratio = "first divided by second", counted = "counted",
    singles = "×10,000", millions = "÷100", bound = "bound", date = "date" },
}
local SHARES, FILE_SHARES = { 0.14, 0.1, 0.45, 0.25, 0.06 }, { 0.36, 0.64 }
local meta, words, forms

-- what is shown -----------------------------------------------------------------------------

local function lookup(path)
  local value = meta
  for key in path:gmatch("[^.]+") do
    if type(value) ~= "table" then return nil end
    value = value[key]
  end
  return value
end

local function holds(attributes)
  local function truth(path) return lookup(path) == true end
  local function here(name) return name == FORMAT_NAME end
  local when_meta, unless_meta = attributes["when-meta"], attributes["unless-meta"]
  local when_format, unless_format = attributes["when-format"], attributes["unless-format"]
  return (not when_meta or truth(when_meta)) and not (unless_meta and truth(unless_meta))
    and (not when_format or here(when_format)) and not (unless_format and here(unless_format))
end

local function is_shown(div)
  if div.classes:includes("content-visible") then return holds(div.attributes) end
  if div.classes:includes("content-hidden") then return not holds(div.attributes) end
  return true
end

-- the numbers of the text, in their order ---------------------------------------------------

local found, order, counters = {}, {}, {}
local section

-- Quarto numbers headings itself: it takes `number-sections` out of the metadata and of the writer's options, and keeps
-- it among the parameters of its filters.
local function are_sections_numbered()
  local options = meta["liandong-options"]
  if options then return options["number-sections"] == true end
  if type(_G.param) == "function" then return _G.param("number-sections", false) == true end
  if meta["number-sections"] ~= nil then return meta["number-sections"] == true end
  return PANDOC_WRITER_OPTIONS ~= nil and PANDOC_WRITER_OPTIONS.number_sections == true
end

local function depth_of_numbers()
  local options = meta["liandong-options"] or {}
  local depth = options["number-depth"] or meta["number-depth"]
  return are_sections_numbered() and (depth and tonumber(pandoc.utils.stringify(depth)) or 6) or 0
end

local function enter_section(header, depth)
  if header.level > depth or header.classes:includes("unnumbered") then
    if depth == 0 then section = pandoc.utils.stringify(header.content) end
    return
  end
  counters[header.level] = (counters[header.level] or 0) + 1
  for deeper = header.level + 1, 7 do counters[deeper] = 0 end
  local parts = {}
  for level = 1, header.level do parts[level] = tostring(counters[level] or 0) end
  section = table.concat(parts, ".")
end

local function enter_number(span)
  if not span.classes:includes("ld-number") then return end
  local a = span.attributes
  local number = { text = pandoc.utils.stringify(span.content), sections = {} }
  for _, name in ipairs({ "table", "row", "column", "value", "n", "model", "form" }) do
    number[name] = a["data-" .. name] or ""
  end
  local key = table.concat({ number.text, number.table, number.row, number.column, number.value, number.form }, "\1")
  if not found[key] then
    found[key] = number
    order[#order + 1] = number
  end
  local sections = found[key].sections
  if sections[#sections] ~= section then sections[#sections + 1] = section end
end

-- Headings inside conditional content are sections; those of callouts and tabs are titles, without a number.
local function read_blocks(blocks, depth, titles)
  for _, block in ipairs(blocks) do
    if block.t == "Div" then
      local visible = block.classes:includes("content-visible") or block.classes:includes("content-hidden")
      if is_shown(block) then read_blocks(block.content, depth, titles or not visible) end
    else
      if block.t == "Header" and not titles then enter_section(block, depth) end
      block:walk({ Span = enter_number })
    end
  end
end

-- one line of the list ----------------------------------------------------------------------

local function described(number)
  local done = {}
  for form in number.form:gmatch("%S+") do done[#done + 1] = forms[form] or form end
  local value = number.value .. (#done > 0 and " (" .. table.concat(done, ", ") .. ")" or "")
  local row = number.row ~= "" and number.row .. " → " or ""
  local source = number.table .. ": " .. row .. number.column
  if number.model ~= "" and not number.row:find("step=", 1, true) then source = source .. " (" .. number.model .. ")" end
  return { number.text, table.concat(number.sections, words.join), source, value, number.n }
end

local function heads()
  return { words.number, words.sections, words.source, words.value, words.n }
end

local function numbers_table()
  local lines = {}
  for i, number in ipairs(order) do lines[i] = described(number) end
  return { name = words.numbers, heads = heads(), shares = SHARES, lines = lines }
end

-- the files behind them ---------------------------------------------------------------------

local sources

local function read_sources(raw)
  local text = raw.format == "html" and raw.text:match('<script[^>]* id="ld%-sources">(.-)</script>')
  if text and pandoc.json then sources = pandoc.json.decode(text, false) end
end

local function sorted(values)
  local names = {}
  for name in pairs(values or {}) do names[#names + 1] = name end
  table.sort(names)
  return names
end

--- The tables that numbers of the text come from, then the data and the definitions of the study, with whole hashes.
local function files_table()
  local cited, lines = {}, {}
  for _, number in ipairs(order) do cited[number.table] = true end
  for _, name in ipairs(sorted(cited)) do
    local known = (sources.tables or {})[name]
    if known then lines[#lines + 1] = { known.file, known.sha256 or words.manifest } end
  end
  for _, name in ipairs(sorted(sources.inputs)) do lines[#lines + 1] = { words.inputs .. name, sources.inputs[name] } end
  for _, name in ipairs(sorted(sources.definitions)) do lines[#lines + 1] = { name, sources.definitions[name] } end
  return { name = words.files, heads = { words.file, words.hash }, shares = FILE_SHARES, lines = lines }
end

-- Typst -------------------------------------------------------------------------------------

local function typst_string(text)
  local escaped = text:gsub("[\\\"]", "\\%0"):gsub("([_/=;])", "%1\\u{200b}")
  return '"' .. escaped .. '"'
end

local function typst_cells(texts)
  local cells = {}
  for i, text in ipairs(texts) do cells[i] = typst_string(text) end
  return table.concat(cells, ", ")
end

local function typst_table(given)
  local columns = {}
  for i, share in ipairs(given.shares) do columns[i] = ("%gfr"):format(share * 100) end
  local lines = {
    "#[",
    "#show table: set text(size: 6.3pt)",
    "#show table: set par(leading: 0.4em)",
    '#show "−": set text(font: ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun"))',
    "#set table.cell(breakable: false)",
    ("#table(columns: (%s), align: left, stroke: (bottom: 0.2pt + luma(210)), inset: (x: 2.5pt, y: 1.6pt),"):format(table.concat(columns, ", ")),
    ("table.hline(stroke: 0.8pt), table.header(%s, table.hline(stroke: 0.5pt)),"):format(typst_cells(given.heads)),
  }
  for _, texts in ipairs(given.lines) do lines[#lines + 1] = typst_cells(texts) .. "," end
  lines[#lines + 1] = "table.hline(stroke: 0.8pt))\n]"
  return pandoc.RawBlock("typst", table.concat(lines, "\n"))
end

-- Word --------------------------------------------------------------------------------------

local WIDTH = 9298 -- twips between the margins of the template

local function xml(text)
  return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function docx_row(texts, shares, style, properties)
  local cells = {}
  for i, text in ipairs(texts) do
    cells[i] = ('<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="%s"/>'
      .. '<w:spacing w:before="0" w:after="10"/><w:jc w:val="left"/></w:pPr><w:r><w:rPr><w:sz w:val="13"/>'
      .. '<w:szCs w:val="13"/></w:rPr><w:t xml:space="preserve">%s</w:t></w:r></w:p></w:tc>')
      :format(math.floor(shares[i] * WIDTH), style, xml(text))
  end
  return "<w:tr><w:trPr><w:cantSplit/>" .. properties .. "</w:trPr>" .. table.concat(cells) .. "</w:tr>"
end

local function docx_table(given)
  local border = ' w:val="single" w:sz="8" w:space="0" w:color="1D2A30"/>'
  local grid = {}
  for i, share in ipairs(given.shares) do grid[i] = ('<w:gridCol w:w="%d"/>'):format(math.floor(share * WIDTH)) end
  local lines = {
    ('<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:tblBorders><w:top'):format(WIDTH) .. border .. "<w:bottom"
      .. border .. '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="D2D2D2"/>' .. '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="50" w:type="dxa"/>'
      .. '<w:right w:w="50" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>' .. table.concat(grid) .. "</w:tblGrid>",
    docx_row(given.heads, given.shares, "TableHeader", "<w:tblHeader/>"),
  }
  for _, texts in ipairs(given.lines) do lines[#lines + 1] = docx_row(texts, given.shares, "TableText", "") end
  -- Without a paragraph after it, a table would merge with the next one.
  lines[#lines + 1] = '</w:tbl>\n<w:p><w:pPr><w:pStyle w:val="TableNote"/></w:pPr></w:p>'
  return pandoc.RawBlock("openxml", table.concat(lines, "\n"))
end

-- HTML --------------------------------------------------------------------------------------

local function html_cells(texts, tag)
  local cells = {}
  for i, text in ipairs(texts) do cells[i] = ("<%s>%s</%s>"):format(tag, xml(text), tag:match("%a+")) end
  return "<tr>" .. table.concat(cells) .. "</tr>"
end

local function html_table(given)
  local lines = {
    ('<div class="ld-table" role="group" tabindex="0" aria-label="%s">'):format(xml(given.name)),
    '<table class="ld-listing" data-quarto-disable-processing="true" data-quarto-bootstrap="false">',
    "<colgroup>",
  }
  for _, share in ipairs(given.shares) do lines[#lines + 1] = ('<col style="width: %g%%">'):format(share * 100) end
  lines[#lines + 1] = "</colgroup>\n<thead>" .. html_cells(given.heads, 'th scope="col"') .. "</thead>\n<tbody>"
  for _, texts in ipairs(given.lines) do lines[#lines + 1] = html_cells(texts, "td") end
  lines[#lines + 1] = "</tbody></table></div>"
  return pandoc.RawBlock("html", table.concat(lines, "\n"))
end

local WRITERS = { typst = typst_table, docx = docx_table, html = html_table }

local function listing()
  local write = WRITERS[FORMAT_NAME]
  if not write or #order == 0 then return {} end
  local written = { write(numbers_table()) }
  if sources then written[2] = write(files_table()) end
  if FORMAT_NAME ~= "html" then return written end
  return pandoc.Div(written, pandoc.Attr("", { "ld-origins" }, { ["data-count"] = tostring(#order) }))
end

function Pandoc(doc)
  meta = doc.meta
  local chinese = pandoc.utils.stringify(meta.lang or ""):sub(1, 2) == "zh"
  words, forms = WORDS[chinese and "zh" or "en"], FORMS[chinese and "zh" or "en"]
  section = words.front
  doc:walk({ RawBlock = read_sources })
  read_blocks(doc.blocks, depth_of_numbers(), false)
  return doc:walk({
    Div = function(div) return div.classes:includes("ld-numbers") and listing() or nil end,
  })
end
