package service

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long files must be quiet before a change counts: editors save
	// in several steps.
	settle = 300 * time.Millisecond
	// restless is how often files that never rest are looked at before they are
	// read all the same.
	restless = 20
	// lookEvery is how often the files are compared without a hint: a swapped
	// symbolic link or a network folder gives none.
	lookEvery = 5 * time.Second
)

// Watch reloads the configuration after a signal on hup or a change of one of its
// files, until ctx ends. Hints of the file system only say when to look: what
// counts is that the files are others than at the last attempt, and at rest.
func (s *Service) Watch(ctx context.Context, hup <-chan os.Signal, load Loader) {
	w := newWatcher(s.config.Files, s.log)
	defer w.close()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	tried, asked := s.loaded, s.asked
	var quiet <-chan time.Time
	var last string
	rounds := 0
	if now := w.state(); now != tried { // edited while the daemon started
		last, quiet = now, time.After(settle)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			tried, quiet = w.state(), nil
			w.follow(s.reload(ctx, load))
		case <-w.hints:
			if quiet == nil {
				last, rounds, quiet = w.state(), 0, time.After(settle)
			}
		case <-look.C:
			if now := requested(s.config.StoreDir); now != asked {
				asked, tried, quiet = now, w.state(), nil
				w.follow(s.reload(ctx, load))
				continue
			}
			if now := w.state(); quiet == nil && now != tried {
				last, rounds, quiet = now, 0, time.After(settle)
			}
		case <-quiet:
			quiet = nil
			now := w.state()
			if rounds++; now != last && rounds < restless {
				last, quiet = now, time.After(settle)
				continue
			}
			if now == tried {
				continue
			}
			tried = now
			w.follow(s.reload(ctx, load))
		}
	}
}

// watcher knows the files of a configuration and gets hints about their folders: a
// watch on a file dies with the first atomic save.
type watcher struct {
	files []string
	hints chan struct{}
	fs    *fsnotify.Watcher // nil where the system has none
	log   *slog.Logger
}

// ReloadFile is the file in the data directory by which "firstline reload" asks the
// daemon to read its configuration again.
const ReloadFile = "reload"

// requested tells one request for a reload from another.
func requested(dir string) string {
	info, err := os.Stat(filepath.Join(dir, ReloadFile))
	if err != nil {
		return ""
	}
	return info.ModTime().String()
}

// stateOf is the state of the files of a configuration.
func stateOf(files []string) string {
	var w watcher
	w.follow(files, true)
	return w.state()
}

func newWatcher(files []string, log *slog.Logger) *watcher {
	w := &watcher{hints: make(chan struct{}, 1), log: log}
	var err error
	if w.fs, err = fsnotify.NewWatcher(); err != nil {
		w.fs = nil
		log.Warn("changes of the configuration are noticed after some seconds only", "err", err)
	}
	w.follow(files, true)
	if w.fs != nil {
		go w.listen(w.fs)
	}
	return w
}

func (w *watcher) close() {
	if w.fs != nil {
		_ = w.fs.Close()
	}
}

// listen turns events into hints until the watcher is closed.
func (w *watcher) listen(fs *fsnotify.Watcher) {
	for {
		select {
		case e, ok := <-fs.Events:
			if !ok {
				return
			}
			if e.Op == fsnotify.Chmod {
				continue
			}
		case err, ok := <-fs.Errors:
			if !ok {
				return
			}
			w.log.Debug("watch the configuration", "err", err)
		}
		select {
		case w.hints <- struct{}{}:
		default:
		}
	}
}

// follow watches the files that were read. After a failed attempt those of the
// attempt before stay watched, because the one that is missing may come back.
func (w *watcher) follow(files []string, loaded bool) {
	if loaded {
		w.files = nil
	}
	for _, f := range files {
		if f = filepath.Clean(f); !slices.Contains(w.files, f) {
			w.files = append(w.files, f)
		}
	}
	if w.fs == nil {
		return
	}
	want := w.folders()
	for _, dir := range w.fs.WatchList() {
		if !slices.Contains(want, dir) {
			_ = w.fs.Remove(dir) // it may be gone
		}
	}
	for _, dir := range want {
		if err := w.fs.Add(dir); err != nil {
			w.log.Debug("a folder of the configuration is not watched", "err", err)
		}
	}
}

// folders are the folders of the files, each once.
func (w *watcher) folders() []string {
	var dirs []string
	for _, f := range w.files {
		dirs = append(dirs, filepath.Dir(f))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// state tells one condition of the files from another without reading them: which
// there are, and which bytes they are by inode, size and time.
func (w *watcher) state() string {
	names := slices.Clone(w.files)
	for _, dir := range w.folders() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			switch filepath.Ext(e.Name()) {
			case ".yaml", ".yml", ".md":
				names = append(names, filepath.Join(dir, e.Name()))
			}
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range slices.Compact(names) {
		info, err := os.Stat(name) // follows symbolic links
		if err != nil {
			fmt.Fprintf(&b, "%s -\n", name)
			continue
		}
		fmt.Fprintf(&b, "%s %d %d %d\n", name, info.Size(), info.ModTime().UnixNano(), inode(info))
	}
	return b.String()
}
