# Reads reports that Surefire wrote (TEST-*.xml) or logs of ctest --output-on-failure; prints each test that failed with the
# first lines of what it said. A CI that keeps only the end of a log keeps the cause with it.
BEGIN { LINES = 20 }

function attribute(name) {
    if (!match($0, " " name "=\"[^\"]*")) return "?"
    return plain(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3))
}
function plain(text) {
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&#10;/, "\n    ", text)
    gsub(/&amp;/, "\\&", text)
    return text
}
function quote(text) { if (quoted++ < LINES) print "    " text }

# Surefire's. The message is the first line of the trace.
/<testcase / { test = attribute("classname") "." attribute("name"); next }
/<(failure|error)[ >]/ {
    print "  " test
    quoted = 0
    text = $0
    if (sub(/.*<!\[CDATA\[/, "", text)) { quoting = text !~ /\]\]>/; sub(/\]\]>.*/, "", text); quote(text) }
    else quote(attribute("message"))
    next
}
quoting && /\]\]>/ { sub(/\]\]>.*/, ""); if ($0 != "") quote($0); quoting = 0; next }
quoting { quote($0); next }

# ctest's.
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / || /^ +Start +[0-9]+: / {
    of_ctest = /\*\*\*(Failed|Timeout|Exception|Not Run)/
    quoted = 0
    if (of_ctest) print "  " $4 " " substr($0, index($0, "***"))
    next
}
/^[0-9]+% tests passed/ { of_ctest = 0 }
of_ctest && NF { quote($0) }
