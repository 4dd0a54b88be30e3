// Microsoft's SDK for TypeScript, which Kiota generates, pointed at the service
// by its base URL alone.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AnonymousAuthenticationProvider } from "@microsoft/kiota-abstractions";
import { HeadersInspectionOptions } from "@microsoft/kiota-http-fetchlibrary";
import { createGraphBetaServiceClient, GraphBetaRequestAdapter } from "@microsoft/msgraph-beta-sdk";
import { createJobResponseBaseCollectionResponseFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/index.js";
import { BatchRequestContent, PageIterator } from "@microsoft/msgraph-sdk-core";
import { errorMappings } from "./builders.mjs";

const { SERVICE, FULL, FORGETFUL } = process.env;
const text = "Visa card 4111 1111 1111 1111, expires 12/29";

function connect(address) {
  const adapter = new GraphBetaRequestAdapter(new AnonymousAuthenticationProvider());
  adapter.baseUrl = `${address}/beta`;
  return { adapter, service: createGraphBetaServiceClient(adapter).dataClassification };
}

const { adapter, service } = connect(SERVICE);
const { jobs } = service;

// The model of a job has no request: it goes as additional data.
const textJob = { type: "classifyText", additionalData: { request: { text } } };

async function until(id, ...wanted) {
  for (;;) {
    const job = await jobs.byJobResponseBaseId(id).get();
    if (wanted.includes(job.status)) return job;
    assert.ok(["notStarted", "running"].includes(job.status), `job is ${job.status}, wanted ${wanted}`);
    await sleep(50);
  }
}

const end = (id) => until(id, "succeeded", "failed", "canceled");

// refusal is the ODataError that call rejects with.
async function refusal(call) {
  const error = await call.then(() => assert.fail("the call was not refused"), (error) => error);
  assert.ok(error.errorEscaped, error.message);
  return error;
}

test("a created job is polled to its end", async () => {
  const made = await jobs.post(textJob);
  assert.equal(made.errorEscaped, undefined);
  const job = await end(made.id);
  assert.equal(job.odataType, "#microsoft.graph.classificationJobResponse");
  assert.equal(job.status, "succeeded");
  assert.equal(job.errorEscaped, undefined);
  for (const time of [job.creationDateTime, job.startDateTime, job.endDateTime]) {
    assert.ok(time instanceof Date && !Number.isNaN(time.getTime()), `${time}`);
  }
  const [found] = job.result.classification;
  assert.equal(found.id, "50842eb7-edc8-4019-85dd-5a5c1f2bb085");
  assert.equal(found.displayName, "Credit Card Number");
  assert.equal(found.classificationMethod, "patternMatch");
  assert.equal(found.sensitiveTypeSource, "outOfBox");
  assert.deepEqual(found.classificationAttributes.map(({ confidence, count }) => [confidence, count]), [[85, 1]]);
  const { offset, length, idMatch } = found.matches[0];
  assert.equal(text.substr(offset, length), idMatch);
});

test("the location of a created job leads to it", async () => {
  const inspect = new HeadersInspectionOptions({ inspectResponseHeaders: true });
  const made = await jobs.post(textJob, { options: [inspect] });
  const [location] = inspect.getResponseHeaders().get("location");
  const job = await jobs.byJobResponseBaseId("any").withUrl(location).get();
  assert.equal(job.id, made.id);
});

test("classifyText is accepted as an action", async () => {
  const made = await service.classifyText.post({
    text, fileExtension: "txt", scopesToRun: ["fullDocument"], matchTolerancesToInclude: ["exact"],
    sensitiveTypeIds: ["50842eb7-edc8-4019-85dd-5a5c1f2bb085"], contentMetaData: { sourceId: "mail" },
  });
  assert.equal((await end(made.id)).status, "succeeded");
});

test("classifyFile is accepted as an action", async () => {
  const made = await service.classifyFile.post({ file: Buffer.from(text), sensitiveTypeIds: ["50842eb7-edc8-4019-85dd-5a5c1f2bb085"] });
  const job = await end(made.id);
  assert.equal(job.status, "succeeded");
  assert.equal(job.result.classification[0].displayName, "Credit Card Number");
});

test("a listing comes in pages", async () => {
  const made = new Set();
  for (let i = 0; i < 3; i++) made.add((await jobs.post({ type: "paged" })).id);
  const first = await jobs.get({ queryParameters: { filter: "type eq 'paged'", top: 2, count: true } });
  assert.equal(first.odataCount, 3);
  assert.equal(first.value.length, 2);
  const seen = [];
  const pages = new PageIterator(adapter, first, (job) => seen.push(job.id),
    createJobResponseBaseCollectionResponseFromDiscriminatorValue, errorMappings);
  await pages.iterate();
  assert.equal(seen.length, 3);
  assert.deepEqual(new Set(seen), made);
});

test("a filter, an order and a count agree", async () => {
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await jobs.post({ type: "counted" })).id);
  for (const id of ids) await end(id);
  const filter = "type eq 'counted' and status eq 'failed'";
  const listed = await jobs.get({ queryParameters: { filter, orderby: ["creationDateTime asc"] } });
  assert.deepEqual(listed.value.map((job) => job.id), ids);
  const [selected] = (await jobs.get({ queryParameters: { filter, select: ["id", "status"] } })).value;
  assert.equal(selected.status, "failed");
  assert.equal(selected.creationDateTime, undefined);
  assert.equal(await jobs.count.get({ queryParameters: { filter } }), 2);
});

test("a job that fails says why", async () => {
  const job = await end((await jobs.post({ type: "unheardOf" })).id);
  assert.equal(job.status, "failed");
  assert.equal(job.errorEscaped.code, "unsupportedJobType");
  assert.ok(job.errorEscaped.innerError.errorDateTime instanceof Date);
});

test("the sensitive types are listed", async () => {
  const { value } = await service.sensitiveTypes.get();
  assert.ok(value.some((type) => type.name === "Credit Card Number" && type.classificationMethod === "patternMatch"));
});

test("refusals are ODataErrors", async () => {
  const missing = await refusal(jobs.byJobResponseBaseId(randomUUID()).get());
  assert.equal(missing.responseStatusCode, 404);
  assert.equal(missing.errorEscaped.code, "notFound");
  assert.match(missing.errorEscaped.innerError.requestId, /^[0-9a-f-]{36}$/);
  assert.ok(missing.errorEscaped.innerError.date instanceof Date);

  // A path parameter is escaped, whatever it holds.
  assert.equal((await refusal(jobs.byJobResponseBaseId("a b/c").get())).responseStatusCode, 404);

  const invalid = await refusal(jobs.post({ type: "classifyText", additionalData: { request: { texts: text } } }));
  assert.equal(invalid.responseStatusCode, 400);
  assert.equal(invalid.errorEscaped.target, "request.texts");

  assert.equal((await refusal(jobs.get({ queryParameters: { filter: "status is 'failed'" } }))).responseStatusCode, 400);
  assert.equal((await refusal(jobs.count.get({ queryParameters: { filter: "status is 'failed'" } }))).responseStatusCode, 400);
});

test("a running job is canceled, by the action and by a patch", async () => {
  for (const act of [(job) => job.cancel.post(), (job) => job.patch({ status: "canceled" })]) {
    const { id } = await jobs.post({ type: "stuck" });
    await until(id, "running");
    assert.equal((await act(jobs.byJobResponseBaseId(id))).status, "canceled");
    assert.equal((await end(id)).status, "canceled");
  }
});

test("a deleted job is gone", async () => {
  const { id } = await jobs.post({ type: "stuck" });
  assert.equal(await jobs.byJobResponseBaseId(id).delete(), undefined);
  assert.equal((await refusal(jobs.byJobResponseBaseId(id).get())).responseStatusCode, 404);
});

test("a batch creates and reads", async () => {
  const { id } = await jobs.post({ type: "batched" });
  const old = await jobs.post({ type: "batched" });
  const batch = new BatchRequestContent(adapter, errorMappings);
  const calls = [
    [jobs.toPostRequestInformation(textJob), 201],
    [jobs.byJobResponseBaseId(id).toGetRequestInformation(), 200],
    [jobs.toGetRequestInformation({ queryParameters: { filter: "type eq 'batched'", top: 1 } }), 200],
    [jobs.byJobResponseBaseId(randomUUID()).toGetRequestInformation(), 404],
    [jobs.byJobResponseBaseId(old.id).toDeleteRequestInformation(), 204],
  ].map(([request, status]) => [batch.addBatchRequest(request).id, status]);
  // Of a body the SDK reads base64 alone, so that there are only the statuses.
  const statuses = await (await batch.postAsync()).getResponsesStatusCodes();
  assert.deepEqual(calls.map(([id]) => statuses.get(id)), calls.map(([, status]) => status));
});

test("a full queue is tried again until it has room", async () => {
  assert.equal((await connect(FULL).service.jobs.post(textJob)).type, "classifyText");
});

test("a create whose answer was lost makes one job", async () => {
  // The SDK does not name its calls.
  const headers = { "Idempotency-Key": randomUUID() };
  const { id } = await connect(FORGETFUL).service.jobs.post({ type: "resent" }, { headers });
  const { value } = await jobs.get({ queryParameters: { filter: "type eq 'resent'" } });
  assert.deepEqual(value.map((job) => job.id), [id]);
});
