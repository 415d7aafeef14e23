// A peer for the SCTP tests whose stack is pion/sctp, over a UDP socket: one association, told what to do by lines on standard
// input, telling what happens by lines on standard output. See ../README.md for both.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/logging"
	"github.com/pion/sctp"
)

const (
	maxMessageBytes = 65536
	socketBytes     = 1 << 20
	// A stream that nobody sends on: reading it ends when the association does, and tells why. Opening it sends nothing.
	watchStream   = 65535
	headerBytes   = 12
	shutdownBytes = 8
	chunkData     = 0
	chunkInit     = 1
	chunkInitAck  = 2
	chunkShutdown = 7
	causeText     = "(User Initiated Abort: "
)

var out sync.Mutex

func say(format string, arguments ...interface{}) {
	out.Lock()
	defer out.Unlock()
	fmt.Printf(format+"\n", arguments...)
}

func must(err error) {
	if err != nil {
		say("failed %v", err)
		os.Exit(1)
	}
}

// link is a UDP socket that talks to whom it heard first, or to whom it was told. A mute one reads and writes nothing any more.
type link struct {
	*net.UDPConn
	lock       sync.Mutex
	peer       *net.UDPAddr
	mute       int32
	tsn        uint32 // the last one of the other side
	unrepaired int32
}

func (l *link) Read(p []byte) (int, error) {
	for {
		n, from, err := l.ReadFromUDP(p)
		if err != nil {
			return n, err
		}
		l.lock.Lock()
		if l.peer == nil {
			l.peer = from
		}
		known := l.peer.Port == from.Port && l.peer.IP.Equal(from.IP)
		if known {
			l.follow(p[:n])
		}
		l.lock.Unlock()
		if known && atomic.LoadInt32(&l.mute) == 0 {
			return n, nil
		}
	}
}

func (l *link) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.peer == nil || atomic.LoadInt32(&l.mute) != 0 {
		return len(p), nil
	}
	if len(p) == headerBytes+shutdownBytes && p[headerBytes] == chunkShutdown && atomic.LoadInt32(&l.unrepaired) == 0 {
		l.repair(p)
	}
	return l.WriteToUDP(p, l.peer)
}

// follow keeps the last TSN that came. Nothing is lost or reordered on the way here, so it is also the cumulative one.
func (l *link) follow(p []byte) {
	for at := headerBytes; at+4 <= len(p); {
		length := int(binary.BigEndian.Uint16(p[at+2:]))
		if length < 4 || at+length > len(p) {
			return
		}
		switch {
		case p[at] == chunkData && length >= 8:
			l.tsn = binary.BigEndian.Uint32(p[at+4:])
		case (p[at] == chunkInit || p[at] == chunkInitAck) && length >= 20:
			l.tsn = binary.BigEndian.Uint32(p[at+16:]) - 1
		}
		at += (length + 3) &^ 3
	}
}

// repair sets the cumulative TSN of a SHUTDOWN, where pion 1.8 writes that of its own direction.
func (l *link) repair(p []byte) {
	binary.BigEndian.PutUint32(p[headerBytes+4:], l.tsn)
	binary.LittleEndian.PutUint32(p[8:], 0)
	binary.LittleEndian.PutUint32(p[8:], crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli)))
}

type peer struct {
	link        *link
	association *sctp.Association
	quiet       int32    // echoes nothing
	unordered   sync.Map // streams whose echoes are sent out of order
	streams     sync.Map // by id
	readers     sync.WaitGroup
}

// why tells what pion told: its error names the causes of an ABORT; after a SHUTDOWN it closes its socket by itself.
func why(err error) string {
	if !errors.Is(err, sctp.ErrChunk) {
		return "shutdown"
	}
	text := err.Error()
	at := strings.Index(text, causeText)
	if at < 0 {
		return "abort none"
	}
	return strings.TrimRight("abort 12 "+hex.EncodeToString([]byte(text[at+len(causeText):len(text)-1])), " ")
}

func (p *peer) run() {
	watch, err := p.association.OpenStream(watchStream, 0)
	must(err)
	say("up")
	p.readers.Add(1)
	go p.accept()
	_, err = watch.Read(make([]byte, 1))
	p.readers.Wait() // messages that came before the end are told before it
	say("closed %s", why(err))
}

func (p *peer) accept() {
	defer p.readers.Done()
	for {
		s, err := p.association.AcceptStream()
		if err != nil {
			return
		}
		p.streams.Store(s.StreamIdentifier(), s)
		p.readers.Add(1)
		go p.echo(s)
	}
}

func (p *peer) echo(s *sctp.Stream) {
	defer p.readers.Done()
	buffer := make([]byte, maxMessageBytes)
	id := s.StreamIdentifier()
	for {
		n, ppid, err := s.ReadSCTP(buffer)
		if errors.Is(err, io.EOF) {
			say("reset %d", id)
			if now, _ := p.streams.Load(id); now == s {
				p.streams.Delete(id)
			}
		}
		if err != nil {
			return
		}
		say("message %d %d - %d %08x", id, uint32(ppid), n, crc32.ChecksumIEEE(buffer[:n]))
		if atomic.LoadInt32(&p.quiet) != 0 {
			continue
		}
		_, unordered := p.unordered.Load(id)
		s.SetReliabilityParams(unordered, sctp.ReliabilityTypeReliable, 0)
		if _, err := s.WriteSCTP(buffer[:n], ppid); err != nil {
			say("failed to echo: %v", err)
		}
	}
}

func (p *peer) send(stream uint16, ppid uint32, text string) {
	var s *sctp.Stream
	if known, ok := p.streams.Load(stream); ok {
		s = known.(*sctp.Stream)
	} else {
		opened, err := p.association.OpenStream(stream, 0)
		must(err)
		p.streams.Store(stream, opened)
		p.readers.Add(1)
		go p.echo(opened)
		s = opened
	}
	_, err := s.WriteSCTP([]byte(text), sctp.PayloadProtocolIdentifier(ppid))
	must(err)
}

func (p *peer) obey(line string) {
	words := strings.SplitN(line, " ", 2)
	rest := ""
	if len(words) > 1 {
		rest = words[1]
	}
	switch words[0] {
	case "quiet":
		atomic.StoreInt32(&p.quiet, 1)
	case "unordered":
		p.unordered.Store(uint16(number(rest)), true)
	case "send":
		f := strings.SplitN(rest, " ", 3)
		p.send(uint16(number(f[0])), uint32(number(f[1])), f[2])
	case "reset":
		s, _ := p.streams.Load(uint16(number(rest)))
		must(s.(*sctp.Stream).Close())
	case "close": // pion's graceful one
		must(p.association.Shutdown(context.Background()))
	case "unrepaired":
		atomic.StoreInt32(&p.link.unrepaired, 1)
	case "drop": // what pion calls Close: it sends nothing
		p.association.Close() //nolint:errcheck
	case "abort":
		p.association.Abort(rest)
	case "mute":
		atomic.StoreInt32(&p.link.mute, 1)
	case "vanish":
		os.Exit(0)
	default:
		say("failed unknown command %q", line)
	}
	say("done %s", words[0])
}

func number(text string) uint64 {
	n, err := strconv.ParseUint(text, 10, 32)
	must(err)
	return n
}

func main() {
	address, err := net.ResolveUDPAddr("udp4", os.Args[2])
	must(err)
	local := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	p := &peer{link: &link{}}
	if os.Args[1] == "connect" {
		p.link.peer = address
		if len(os.Args) > 3 {
			local.Port = int(number(os.Args[3]))
		}
	} else {
		local = address
	}
	p.link.UDPConn, err = net.ListenUDP("udp4", local)
	must(err)
	must(p.link.SetReadBuffer(socketBytes))
	say("bound %d", p.link.LocalAddr().(*net.UDPAddr).Port)

	config := sctp.Config{NetConn: p.link, LoggerFactory: logging.NewDefaultLoggerFactory()}
	if os.Args[1] == "connect" {
		p.association, err = sctp.Client(config)
	} else {
		p.association, err = sctp.Server(config)
	}
	if err != nil {
		say("closed refused %v", err)
	} else {
		go p.run()
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		p.obey(lines.Text())
	}
}
