package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
)

// serve runs a service with a worker that knows cards, and returns its address.
// A program of yours has the address of a classifyd instead.
func serve() (address string, stop func()) {
	redis := embedded.Start()
	queue, err := jobs.Open(context.Background(), jobs.Options{Redis: redis.Options()})
	if err != nil {
		log.Fatal(err)
	}
	cards := func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		var request wire.TextRequest
		if err := json.Unmarshal(j.Request, &request); err != nil {
			return nil, err
		}
		found := fmt.Appendf(nil, `{"cards":%d}`, strings.Count(request.Text, "4111 1111 1111 1111"))
		return &jobs.Result{JSON: found}, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- queue.Work(ctx, []jobs.Handler{{Type: wire.ClassifyText, Run: cards}}) }()
	server := httptest.NewServer(api.New(api.Options{Queue: queue}))
	return server.URL + "/beta", func() {
		server.Close()
		cancel()
		if err := <-done; err != nil {
			log.Fatal(err)
		}
		queue.Close()
		redis.Close()
	}
}

func ExampleClient_Submit() {
	address, stop := serve()
	defer stop()

	ctx := context.Background()
	c, err := client.New(client.Options{URL: address})
	if err != nil {
		log.Fatal(err)
	}
	job, err := c.Submit(ctx, client.Submission{
		Request: wire.TextRequest{Text: "my card is 4111 1111 1111 1111"},
		Key:     "letter 17", // submitted again, it is the same job
	})
	if err != nil {
		log.Fatal(err)
	}
	job, err = c.Wait(ctx, job.ID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %s\n", job.Status, job.Result)
	// Output: succeeded: {"cards":1}
}

// connect returns a client, as ExampleClient_Submit makes one, of what serve runs.
func connect() (c *client.Client, stop func()) {
	address, stop := serve()
	c, err := client.New(client.Options{URL: address})
	if err != nil {
		log.Fatal(err)
	}
	return c, stop
}

func ExampleClient_Watch() {
	c, stop := connect()
	defer stop()

	ctx := context.Background()
	job, err := c.Submit(ctx, client.Submission{Request: wire.TextRequest{Text: "nothing of note"}})
	if err != nil {
		log.Fatal(err)
	}
	for job, err := range c.Watch(ctx, job.ID) {
		if err != nil {
			log.Fatal(err)
		}
		if client.Ended(job) {
			fmt.Printf("%s: %s\n", job.Status, job.Result)
		}
	}
	// Output: succeeded: {"cards":0}
}

func ExampleClient_Jobs() {
	c, stop := connect()
	defer stop()

	ctx := context.Background()
	for range 3 {
		job, err := c.Submit(ctx, client.Submission{Request: wire.TextRequest{Text: "a letter"}})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := c.Wait(ctx, job.ID); err != nil {
			log.Fatal(err)
		}
	}
	for job, err := range c.Jobs(ctx, client.Query{Filter: "status eq 'succeeded'", PageSize: 2}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(job.Type, job.Status)
	}
	// Output:
	// classifyText succeeded
	// classifyText succeeded
	// classifyText succeeded
}

func ExampleClient_Delete() {
	c, stop := connect()
	defer stop()

	ctx := context.Background()
	job, err := c.Submit(ctx, client.Submission{Request: wire.TextRequest{Text: "a letter"}})
	if err != nil {
		log.Fatal(err)
	}
	if err := c.Delete(ctx, job.ID); err != nil {
		log.Fatal(err)
	}
	_, err = c.Cancel(ctx, job.ID)
	fmt.Println(err)
	// Output: 404 jobNotFound: there is no such job
}
