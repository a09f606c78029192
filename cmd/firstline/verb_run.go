package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/rules/source"
	"firstline/store"
)

// memoryLimit asks the garbage collector to stay below it, in bytes, unless
// GOMEMLIMIT says otherwise: big mails must not double the heap.
const memoryLimit = 192 << 20

// runDaemon runs the desk until SIGTERM or SIGINT.
func runDaemon(ctx context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("run", "run [-c config.yaml]"), args); err != nil {
		return err
	}
	cfg, err := c.load(config.Run)
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	log := c.logger(cfg.Log)
	s, err := service.New(ctx, cfg, service.Options{Log: log})
	if err != nil {
		if errors.Is(err, store.ErrNewerSchema) {
			return exit(exitConfig, err)
		}
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	go s.Watch(ctx, hup, func(lang string) (*config.Config, []source.Finding) {
		return config.Load(c.configPath(), config.Options{Lang: lang, Purpose: config.Run, Now: time.Now()})
	})
	log.Info("running", "version", version(), "data", cfg.StoreDir, "mailboxes", len(cfg.Mailboxes))
	if err := s.Run(ctx); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	log.Info("stopped")
	return nil
}

// logger writes structured logs to stderr. Subjects, bodies, full addresses and
// secrets are never handed to it.
func (c *cli) logger(l config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(c.err, o))
	}
	return slog.New(slog.NewTextHandler(c.err, o))
}
