package service

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"firstline/cmd/firstline/config"
	"firstline/store"
)

// settle is how long files must be quiet before a change counts: editors save in
// several steps.
const settle = 300 * time.Millisecond

// alarmConfig stands while the configuration on disk is not usable.
const alarmConfig = "config"

// Watch reloads the configuration after a signal on hup or a change of one of its
// files, until ctx ends. A configuration with errors never replaces a working one.
func (s *Service) Watch(ctx context.Context, hup <-chan os.Signal, load func() (*config.Config, error)) {
	changes, closeWatch := s.watchFiles()
	defer closeWatch()
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			s.reload(ctx, load)
		case _, ok := <-changes:
			if !ok {
				changes = nil
				continue
			}
			quiet = time.After(settle)
		case <-quiet:
			quiet = nil
			s.reload(ctx, load)
		}
	}
}

// watchFiles watches the folders of the configuration: a watch on a file dies with
// the first atomic save.
func (s *Service) watchFiles() (<-chan struct{}, func()) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		s.log.Warn("changes of the configuration are not noticed; send SIGHUP", "err", err)
		return nil, func() {}
	}
	files := map[string]bool{}
	for _, f := range s.config.Files {
		files[filepath.Clean(f)] = true
		if err := w.Add(filepath.Dir(f)); err != nil {
			s.log.Warn("a folder of the configuration is not watched", "err", err)
		}
	}
	out := make(chan struct{}, 1)
	go func() {
		defer close(out)
		for e := range w.Events {
			ext := filepath.Ext(e.Name)
			if !files[filepath.Clean(e.Name)] && ext != ".yaml" && ext != ".yml" && ext != ".md" || e.Op == fsnotify.Chmod {
				continue
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out, func() { w.Close() }
}

// reload checks the whole configuration and swaps it in; accounts, the data
// directory and the logs need a restart.
func (s *Service) reload(ctx context.Context, load func() (*config.Config, error)) {
	next, err := load()
	if err == nil {
		_, err = Texts(next)
	}
	if err != nil {
		s.log.Error("the configuration was not reloaded; the old one stays in force", "err", err)
		s.alarm(ctx, "the configuration on disk has errors and was not loaded: run firstline check")
		return
	}
	desk := next.Desk
	desk.Generation = s.Desk.Config().Generation + 1
	s.Desk.SetConfig(&desk)
	s.clear(ctx)
	s.log.Info("configuration reloaded", "generation", desk.Generation)
}

func (s *Service) alarm(ctx context.Context, text string) {
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.RaiseAlarm(ctx, alarmConfig, text)
		return err
	})
	if err != nil {
		s.log.Error("raise alarm", "err", err)
	}
}

func (s *Service) clear(ctx context.Context) {
	err := s.Store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.ClearAlarm(ctx, alarmConfig)
		return err
	})
	if err != nil {
		s.log.Error("clear alarm", "err", err)
	}
}
