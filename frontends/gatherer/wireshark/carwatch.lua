-- The snapshot protocol of carwatch stations, for Wireshark and tshark.
--
-- One TCP connection carries one snapshot: records `time:brand:color`, joined by `.`, until
-- the station closes. The end of the stream is the only end of the message, so the default
-- is to take a snapshot as a whole, at its FIN. In streaming mode records are shown as they
-- come, and what a broken connection had sent is seen too.
--
-- What is a record and what is not is decided as in carwatch itself: of each piece between
-- two separators the first reason that holds, of those in `reason_of` below.

local carwatch = Proto("carwatch", "Carwatch snapshot")

local WHOLE, STREAMING = 1, 2
carwatch.prefs.ports = Pref.range("TCP ports of stations", "8000",
    "The ports from which stations send snapshots, such as 8000,9000-9099", 65535)
carwatch.prefs.mode = Pref.enum("Dissect", WHOLE,
    "Whole: a snapshot at its FIN. Streaming: each record as soon as its end is there", {
        { 1, "whole snapshots", WHOLE },
        { 2, "streaming, record by record", STREAMING },
    }, false)

local field = {
    record = ProtoField.string("carwatch.record", "Record", base.UNICODE,
        "A car, as it stands on the wire"),
    time = ProtoField.string("carwatch.time", "Time", base.UNICODE, "When the car was seen; any text"),
    brand = ProtoField.string("carwatch.brand", "Brand", base.UNICODE),
    color = ProtoField.string("carwatch.color", "Color", base.UNICODE),
    rejected = ProtoField.string("carwatch.rejected", "Rejected", base.UNICODE,
        "A piece that is no record, and why"),
    cars = ProtoField.uint32("carwatch.cars", "Cars", base.DEC, nil, nil, "How many there are here"),
    rejections = ProtoField.uint32("carwatch.rejections", "Rejections", base.DEC, nil, nil,
        "How many pieces here are no records"),
}
carwatch.fields = {
    field.record, field.time, field.brand, field.color, field.rejected, field.cars, field.rejections,
}

local warning = {
    rejected = ProtoExpert.new("carwatch.rejected.expert", "A piece that is no record",
        expert.group.MALFORMED, expert.severity.WARN),
    cut = ProtoExpert.new("carwatch.cut.expert", "The connection was broken within a record",
        expert.group.SEQUENCE, expert.severity.NOTE),
    apart = ProtoExpert.new("carwatch.apart.expert",
        "TCP does not reassemble this stream, so records that lie in two segments are seen as two",
        expert.group.REASSEMBLE, expert.severity.WARN),
    many = ProtoExpert.new("carwatch.many.expert", "More records than Wireshark has lines for",
        expert.group.UNDECODED, expert.severity.NOTE),
}
carwatch.experts = { warning.rejected, warning.cut, warning.apart, warning.many }

local tcp_stream = Field.new("tcp.stream")
local tcp_source = Field.new("tcp.srcport")
local tcp_fin = Field.new("tcp.flags.fin")
local tcp_reset = Field.new("tcp.flags.reset")

-- As in Wireshark's epan/packet.h; not every version has it in its init.lua.
local UNTIL_FIN = 0x0ffffffe

-- One record, in bytes as it stands on the wire.
local RECORD_LIMIT = 65536
-- Wireshark has 1,000,000 lines for a packet (gui.max_tree_items), and counts other
-- dissectors' too. A record has four, and one where lines run short.
local LINES = 900000
local SHORT = 500000

-- Where the first byte is that is not UTF-8, from 0; nil if there is none. As RFC 3629 has
-- it: no overlong forms, no surrogates, nothing past U+10FFFF.
local function invalid_utf8(bytes)
    local at = bytes:find("[\128-\255]")
    while at do
        local first, second, third, fourth = bytes:byte(at, at + 3)
        local low, high, more = 0x80, 0xBF, nil
        if first >= 0xC2 and first <= 0xDF then
            more = 1
        elseif first >= 0xE0 and first <= 0xEF then
            more = 2
            if first == 0xE0 then low = 0xA0 elseif first == 0xED then high = 0x9F end
        elseif first >= 0xF0 and first <= 0xF4 then
            more = 3
            if first == 0xF0 then low = 0x90 elseif first == 0xF4 then high = 0x8F end
        end
        local function continues(byte)
            return byte and byte >= 0x80 and byte <= 0xBF
        end
        if not more or not second or second < low or second > high
            or more > 1 and not continues(third) or more > 2 and not continues(fourth) then
            return at - 1
        end
        at = bytes:find("[\128-\255]", at + more + 1)
    end
    return nil
end

local function too_long(length)
    return "too_long", length .. " bytes, more than " .. RECORD_LIMIT
end

-- Why a piece is no record, and in words; nil if it is one. `at` is where it stands.
local function reason_of(piece, at)
    if #piece == 0 then
        return "empty", "nothing between two separators, or after a trailing one"
    end
    if #piece > RECORD_LIMIT then
        return too_long(#piece)
    end
    local bad = invalid_utf8(piece)
    if bad then
        return "invalid_utf8", "no UTF-8 at byte " .. at + bad
    end
    local _, colons = piece:gsub(":", "")
    if colons ~= 2 then
        local reason = colons < 2 and "too_few_fields" or "too_many_fields"
        return reason, colons + 1 .. " of 3 fields"
    end
    return nil
end

local RESERVED = { ["2e"] = ".", ["3a"] = ":", ["25"] = "%" }

-- Exactly the three escapes that there are; every other `%` stays.
local function unescape(text)
    return (text:gsub("%%(%x%x)", function(hex) return RESERVED[hex:lower()] end))
end

-- A part of the buffer; where it is empty, the byte beside it, so that it can be shown.
local function range(tvb, at, length)
    if length > 0 then
        return tvb(at, length)
    end
    return tvb(math.max(at - 1, 0), 1)
end

-- What a list of pieces came to.
local function tally()
    return { cars = 0, rejections = 0, lines = 0, hidden = 0 }
end

local function add_record(root, count, piece, where)
    count.cars = count.cars + 1
    if count.lines >= LINES then
        count.hidden = count.hidden + 1
        return
    end
    local item = root:add(field.record, where(0, #piece), piece)
    count.lines = count.lines + 1
    if count.lines >= SHORT then
        return
    end
    local first = piece:find(":", 1, true)
    local second = piece:find(":", first + 1, true)
    item:add(field.time, where(0, first - 1), unescape(piece:sub(1, first - 1)))
    item:add(field.brand, where(first, second - first - 1), unescape(piece:sub(first + 1, second - 1)))
    item:add(field.color, where(second, #piece - second), unescape(piece:sub(second + 1)))
    count.lines = count.lines + 3
end

local function add_rejection(root, count, reason, words, place, kind)
    count.rejections = count.rejections + 1
    if count.lines >= LINES then
        count.hidden = count.hidden + 1
        return
    end
    local item = root:add(field.rejected, place, reason)
    item:add_proto_expert_info(kind, reason .. ": " .. words)
    count.lines = count.lines + 2
end

-- Adds one piece. `where` makes a range of a place within it.
local function add_piece(root, count, piece, at, where)
    local reason, words = reason_of(piece, at)
    if reason then
        add_rejection(root, count, reason, words, where(0, #piece), warning.rejected)
    else
        add_record(root, count, piece, where)
    end
end

local function add_counts(root, count)
    root:add(field.cars, count.cars):set_generated()
    root:add(field.rejections, count.rejections):set_generated()
    if count.hidden > 0 then
        root:add_proto_expert_info(warning.many, count.hidden .. " more are counted, but not shown")
    end
end

local function words_of(count)
    local cars = count.cars == 1 and "1 car" or count.cars .. " cars"
    return count.rejections > 0 and cars .. ", " .. count.rejections .. " rejected" or cars
end

-- Dissects all pieces that end within the buffer, and the last one if nothing follows it. Of
-- the first one, `swallowed` bytes came before the buffer, too many for a record.
-- Returns where the piece begins that has no end.
local function dissect_pieces(tvb, bytes, swallowed, pinfo, tree, is_end)
    local last = bytes:find("%.[^.]*$")
    local used = is_end and #bytes or last or 0
    if used == 0 then
        return 0
    end
    local root = tree:add(carwatch, tvb(0, used))
    local count = tally()
    local at = 0
    repeat
        local start, stop = at, bytes:find(".", at + 1, true) or #bytes + 1
        if start == 0 and swallowed > 0 then
            local reason, words = too_long(swallowed + stop - 1)
            add_rejection(root, count, reason, words, range(tvb, 0, stop - 1), warning.rejected)
        else
            add_piece(root, count, bytes:sub(start + 1, stop - 1), start, function(offset, length)
                return range(tvb, start + offset, length)
            end)
        end
        at = stop
    until at > #bytes or not is_end and at >= last
    add_counts(root, count)
    root:append_text(", " .. words_of(count))
    pinfo.cols.info:set(words_of(count))
    return used, root
end

-- Of streaming mode, by stream: what it has sent since its last separator, as far as it was
-- seen: `bytes`, or, where that is too long for a record, how many were `swallowed`.
local pending = {}
-- What was pending when a packet came, and when a stream ended, by the packet's number: it is
-- dissected again when it is clicked on.
local before, tails = {}, {}

function carwatch.init()
    pending, before, tails = {}, {}, {}
end

local function last_of(extractor)
    local all = { extractor() }
    return all[#all] and all[#all].value
end

local function stream_key()
    return tostring(last_of(tcp_stream)) .. "/" .. tostring(last_of(tcp_source))
end

local function is_port_of_stations(port)
    for part in tostring(carwatch.prefs.ports):gmatch("[^,]+") do
        local low, high = part:match("^%s*(%d+)%s*-?%s*(%d*)%s*$")
        low, high = tonumber(low), tonumber(high) or tonumber(low)
        if low and port >= low and port <= high then
            return true
        end
    end
    return false
end

-- A station is known by its port; where both ends have such a one, or neither, by the one
-- that brought the packet here.
local function is_from_station(pinfo)
    local source, destination = is_port_of_stations(pinfo.src_port), is_port_of_stations(pinfo.dst_port)
    if source ~= destination then
        return source
    end
    return pinfo.match == pinfo.src_port
end

function carwatch.dissector(tvb, pinfo, tree)
    local length = tvb:len()
    if length == 0 then
        return 0
    end
    pinfo.cols.protocol = "CARWATCH"
    if not is_from_station(pinfo) then
        local item = tree:add(carwatch, tvb())
        item:append_text(", from the client: a station ignores it")
        pinfo.cols.info:set(length .. " bytes from the client, which a station ignores")
        return length
    end
    local is_end = last_of(tcp_fin)
    local can_wait = pinfo.can_desegment > 0
    if carwatch.prefs.mode == WHOLE and can_wait and not is_end then
        pinfo.desegment_offset = 0
        pinfo.desegment_len = UNTIL_FIN
        return length
    end
    local bytes = tvb:raw()
    local swallowed = 0
    if carwatch.prefs.mode == STREAMING then
        if not pinfo.visited then
            before[pinfo.number] = pending[stream_key()]
        end
        swallowed = before[pinfo.number] and before[pinfo.number].swallowed or 0
    end
    local is_last = is_end or not can_wait
    local used, root = dissect_pieces(tvb, bytes, swallowed, pinfo, tree, is_last)
    if is_last then
        if not is_end then
            root:add_proto_expert_info(warning.apart)
        end
        if not pinfo.visited then
            pending[stream_key()] = nil
        end
        return length
    end
    local rest = bytes:sub(used + 1)
    if used > 0 then
        swallowed = 0
    end
    if swallowed > 0 or #rest > RECORD_LIMIT then
        -- It is rejected whatever follows. To be handed all of it again with each segment
        -- would take time by the square of its length.
        swallowed, rest = swallowed + #rest, ""
        if used == 0 then
            tree:add(carwatch, tvb()):append_text(", part of a record that is too long")
        end
    elseif #rest > 0 then
        pinfo.desegment_offset = used
        pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
    end
    if not pinfo.visited then
        pending[stream_key()] = { bytes = rest, swallowed = swallowed }
    end
    return length
end

-- The end of a stream has no bytes as a rule, so the dissector of its bytes is not called. In
-- streaming mode the last piece is still to be told then.
local ending = Proto("carwatch_end", "Carwatch, end of a snapshot")

function ending.dissector(_, pinfo, tree)
    if carwatch.prefs.mode ~= STREAMING then
        return
    end
    local is_end, is_reset = last_of(tcp_fin), last_of(tcp_reset)
    if not is_end and not is_reset then
        return
    end
    if not pinfo.visited then
        local key = stream_key()
        if is_reset and not pending[key] then
            -- The client broke it.
            local stream = key:match("^[^/]*/")
            for other in pairs(pending) do
                if other:sub(1, #stream) == stream then
                    key = other
                end
            end
        end
        local rest = pending[key]
        pending[key] = nil
        -- Of a snapshot that was cut, nothing after its last separator is no piece.
        if rest and (is_end or #rest.bytes + rest.swallowed > 0) then
            tails[pinfo.number] = { bytes = rest.bytes, swallowed = rest.swallowed, is_whole = is_end }
        end
    end
    local tail = tails[pinfo.number]
    if not tail then
        return
    end
    local root = tree:add(carwatch)
    local count = tally()
    if tail.is_whole then
        local reason, words
        if tail.swallowed > 0 then
            reason, words = too_long(tail.swallowed)
        else
            reason, words = reason_of(tail.bytes, 0)
        end
        if reason then
            count.rejections = 1
            root:add(field.rejected, reason):add_proto_expert_info(warning.rejected, reason .. ": " .. words)
        else
            count.cars = 1
            local item = root:add(field.record, tail.bytes)
            local time, brand, color = tail.bytes:match("^([^:]*):([^:]*):([^:]*)$")
            item:add(field.time, unescape(time))
            item:add(field.brand, unescape(brand))
            item:add(field.color, unescape(color))
        end
    else
        count.rejections = 1
        root:add(field.rejected, "cut"):add_proto_expert_info(warning.cut,
            "cut: " .. #tail.bytes + tail.swallowed .. " bytes")
    end
    add_counts(root, count)
    root:append_text(", the last of it: " .. words_of(count))
    pinfo.cols.protocol = "CARWATCH"
    pinfo.cols.info:append(", the last: " .. words_of(count))
end

register_postdissector(ending)

local by_port = DissectorTable.get("tcp.port")
local registered

local function register()
    if registered ~= carwatch.prefs.ports then
        if registered then
            by_port:remove(registered, carwatch)
        end
        registered = carwatch.prefs.ports
        by_port:add(registered, carwatch)
    end
end

carwatch.prefs_changed = register
register()
