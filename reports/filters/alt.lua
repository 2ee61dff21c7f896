-- Alternative texts in Word under Quarto, which keeps `fig-alt` for HTML: pandoc takes them from the picture's brackets.
-- It runs after Quarto's own filters, when the brackets no longer make a caption.

function Image(image)
  local alt = image.attributes["fig-alt"]
  if FORMAT ~= "docx" or not alt or #image.caption > 0 then return nil end
  image.attributes["fig-alt"] = nil
  image.caption = pandoc.Inlines({ pandoc.Str(alt) })
  return image
end
