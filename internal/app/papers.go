package app

import (
	"context"
	"encoding/json"
	"strings"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/opinion"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// Papers makes the opinion documents of reviews, and gives them out.
type Papers struct {
	Reads Reads
	Blobs Blobs
}

// Make performs review.EffectPaper: it composes the document from the stream up to
// its decision and stores it as Word and PDF. Both are a function of the stream, so
// that making them twice stores the same bytes.
func (p *Papers) Make(ctx context.Context, kind, id string, e process.Effect) (json.RawMessage, error) {
	var asked review.PaperIssued
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	events, err := p.Reads.Events(ctx, process.StreamID(kind, id), 0)
	if err != nil {
		return nil, err
	}
	paper, ok := opinion.Compose(events, asked.Number)
	if !ok {
		return nil, fault.Newf(fault.Internal, "internal", "没有文号为%s的决定", asked.Number)
	}
	word, err := paper.Word()
	if err != nil {
		return nil, err
	}
	pdf, err := paper.PDF()
	if err != nil {
		return nil, err
	}
	out := review.PaperIssued{Number: asked.Number}
	if out.Word, err = p.keep(ctx, asked.Number+".docx", word); err != nil {
		return nil, err
	}
	if out.PDF, err = p.keep(ctx, asked.Number+".pdf", pdf); err != nil {
		return nil, err
	}
	return event.NewDraft(out).Data, nil
}

func (p *Papers) keep(ctx context.Context, name string, data []byte) (review.File, error) {
	id, err := p.Blobs.Put(ctx, data)
	return review.File{ID: id, Name: name, Size: int64(len(data))}, err
}

// Open gives out a document of a review. format is "docx" or "pdf". NotFound when the
// review isn't the actor's to see, or has no such document yet.
func (p *Papers) Open(ctx context.Context, actor org.Actor, id, number, format string) (review.File, []byte, error) {
	row, err := p.Reads.Process(ctx, review.Kind, id, org.ScopeOf(actor))
	if err != nil {
		return review.File{}, nil, err
	}
	var s review.State
	if err := json.Unmarshal(row.State, &s); err != nil {
		return review.File{}, nil, err
	}
	for _, paper := range s.Papers {
		if paper.Number != number || paper.IssuedAt.IsZero() {
			continue
		}
		file := paper.PDF
		if strings.EqualFold(format, "docx") {
			file = paper.Word
		}
		data, err := p.Blobs.Open(ctx, file.ID)
		return file, data, err
	}
	return review.File{}, nil, fault.New(fault.NotFound, "paper_unknown", "没有这份研判意见书,或尚未生成")
}
