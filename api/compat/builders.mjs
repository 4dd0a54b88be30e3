// The request builders below dataClassification, in the form in which Kiota
// generates them: the SDK's package of models comes without.
import { extendGraphBetaServiceClient } from "@microsoft/msgraph-beta-sdk";
import * as models from "@microsoft/msgraph-beta-sdk/models/index.js";
import { createODataErrorFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js";

export const errorMappings = { XXX: createODataErrorFromDiscriminatorValue };

const json = "application/json";
const queryParametersMapper = Object.fromEntries(
  ["count", "filter", "orderby", "select", "skip", "top"].map((name) => [name, `%24${name}`]));

// call is one verb at a path. Its answer is of the model named answer and its
// body, if it has one, of the model named body.
function call(uriTemplate, answer, body) {
  return {
    uriTemplate,
    queryParametersMapper,
    errorMappings,
    responseBodyContentType: json,
    ...(answer
      ? { adapterMethodName: "send", responseBodyFactory: models[`create${answer}FromDiscriminatorValue`] }
      : { adapterMethodName: "sendNoResponseContent" }),
    ...(body && {
      requestBodyContentType: json,
      requestBodySerializer: models[`serialize${body}`],
      requestInformationContentSetMethod: "setContentFromParsable",
    }),
  };
}

const base = "{+baseurl}/dataClassification";
const item = `${base}/jobs/{jobResponseBase%2Did}`;

extendGraphBetaServiceClient({
  dataClassification: {
    navigationMetadata: {
      jobs: {
        requestsMetadata: {
          get: call(`${base}/jobs{?%24count,%24filter,%24orderby,%24select,%24skip,%24top}`, "JobResponseBaseCollectionResponse"),
          post: call(`${base}/jobs`, "JobResponseBase", "JobResponseBase"),
        },
        navigationMetadata: {
          count: {
            requestsMetadata: {
              get: {
                ...call(`${base}/jobs/$count{?%24filter}`),
                adapterMethodName: "sendPrimitive", responseBodyFactory: "number", responseBodyContentType: "text/plain;q=0.9",
              },
            },
          },
          byJobResponseBaseId: {
            pathParametersMappings: ["jobResponseBase%2Did"],
            requestsMetadata: {
              get: call(item, "JobResponseBase"),
              patch: call(item, "JobResponseBase", "JobResponseBase"),
              delete: call(item),
            },
            navigationMetadata: {
              cancel: { requestsMetadata: { post: call(`${item}/cancel`, "JobResponseBase") } },
            },
          },
        },
      },
      classifyText: {
        requestsMetadata: { post: call(`${base}/classifyText`, "ClassificationJobResponse", "TextClassificationRequest") },
      },
      classifyFile: {
        requestsMetadata: { post: call(`${base}/classifyFile`, "ClassificationJobResponse", "FileClassificationRequest") },
      },
      sensitiveTypes: {
        requestsMetadata: { get: call(`${base}/sensitiveTypes{?%24top}`, "SensitiveTypeCollectionResponse") },
      },
    },
  },
}, {});
